import M3Encoder
import M3Inference
import M3Memory
import M3Records
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

@Suite struct MemoryAssemblerTests {
  @Test func everyHeadReadsTheBOSThenEachMemory() throws {
    let bank = try EvaluationBank(.reconstruction, tokensPerHead: 3, layers: [1], keySpace: .afterRotation)
    let memories = try bank.base.references.map { try bank.reference(id: $0.id).memory }
    let found = bank.assembler.assemble(memories)
    for layer in 0..<2 {
      for head in 0..<2 {
        let expected = bank.plainRows(memories, layer: layer, head: head)
        let parts = [found.bos!] + found.memories
        func rows(_ buffer: (AttentionMemory) -> FloatBuffer) -> [[Double]] {
          parts.flatMap { part in
            part.rows(layer: layer, head: head).map { row in
              buffer(part).elements[row * 16..<row * 16 + 16].map { Double($0) }
            }
          }
        }
        #expect(rows(\.keys) == expected.map(\.key))
        #expect(rows(\.values) == expected.map(\.value))
      }
    }
  }

  @Test func noMemoriesLeaveTheBOS() throws {
    let bank = try EvaluationBank(.all)
    let found = bank.assembler.assemble([])
    #expect(found.bos == AttentionMemory(bank.bos))
    #expect(found.memories.isEmpty)
  }

  @Test(arguments: [(0, 128), (127, 128), (128, 129), (300, 301)])
  func contextPosition(longest: Int, expected: Int) throws {
    let bank = try EvaluationBank(.all)
    let assembler = MemoryAssembler(producer: bank.producer, bos: bank.bos, longestReference: longest)
    #expect(assembler.contextPosition == expected)
  }

  @Test(arguments: Producer.ContextBOS.allCases)
  func sequences(contextBOS: Producer.ContextBOS) throws {
    let bank = try EvaluationBank(.all, contextBOS: contextBOS)
    let opening = bank.assembler.opening(contextBOS: [0, 1])
    #expect(opening.tokens == (contextBOS == .none ? [] : [0, 1]))
    #expect(opening.isolatedCount == (contextBOS == .isolated ? 2 : 0))
  }
}
