import M3Encoder
import M3Inference
import M3Memory
import M3Records
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
        let rows = found.rows(layer: layer, head: head)
        #expect(rows.map { found.keys[$0 * 16..<$0 * 16 + 16].map { Double($0) } } == expected.map(\.key))
        #expect(rows.map { found.values[$0 * 16..<$0 * 16 + 16].map { Double($0) } } == expected.map(\.value))
      }
    }
  }

  @Test func noMemoriesLeaveTheBOS() throws {
    let bank = try EvaluationBank(.all)
    #expect(bank.assembler.assemble([]) == AttentionMemory(bank.bos))
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
    let sequence = bank.assembler.sequence([5, 6], reading: [], contextBOS: [0, 1])
    #expect(sequence.tokens == (contextBOS == .none ? [5, 6] : [0, 1, 5, 6]))
    #expect(sequence.positions.first == 155)
    #expect(sequence.isolatedCount == (contextBOS == .isolated ? 2 : 0))
  }
}
