import M3Bytes
import M3Inference
import M3JSON
import M3Memory
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

/// Memories that are ready for attention but for the layers of their model.
@Suite struct RotatedAssemblyTests {
  private func producer(layers: [Int]) -> Producer {
    Producer(
      modelDigest: .of([1]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama", layerCount: 4,
      queryHeadCount: 4, shape: MemoryShape(layers: layers, keyValueHeadCount: 2, headDimension: 4),
      rotaryBase: "10000.0", rotaryFactors: [], bosText: "", bosTokens: [0], contextBOS: .none,
      keySpace: .afterRotation, selection: [:])
  }

  private func assembler(_ producer: Producer) -> MemoryAssembler {
    let zeros = [Float](repeating: 0, count: producer.layerCount * 2 * 4)
    let bos = BOSMemory(
      layerCount: producer.layerCount, keyValueHeadCount: 2, tokenCount: 1, headDimension: 4, keys: zeros,
      values: zeros)
    return MemoryAssembler(producer: producer, bos: bos, longestReference: 9)
  }

  /// Every choice of memory layers: each head finds its rows in its own layer, in the memory's own buffers.
  @Test(arguments: 0..<16) func headsFindTheirRowsWhereTheyLie(choice: Int) {
    let layers = (0..<4).filter { choice >> $0 & 1 == 1 }
    let producer = producer(layers: layers)
    let counts = (0..<producer.shape.entryCount).map { ($0 * 5 + choice) % 4 }
    let offsets = counts.reduce(into: [0]) { $0.append($0.last! + $1) }
    let memory = RotatedMemory(
      shape: producer.shape, tokenCount: 9, offsets: offsets, keys: FloatBuffer(count: 4 * offsets.last! + 3),
      values: FloatBuffer(count: 4 * offsets.last!))
    let assembler = assembler(producer)
    let found = assembler.attentionMemory(memory)
    #expect(found.keys === memory.keys && found.values === memory.values)
    for layer in 0..<4 {
      for head in 0..<2 {
        let entry = layers.firstIndex(of: layer).map { 2 * $0 + head }
        let rows = found.rows(layer: layer, head: head)
        #expect(rows.count == entry.map { counts[$0] } ?? 0)
        if let entry { #expect(rows == offsets[entry]..<offsets[entry + 1]) }
      }
    }
    let context = assembler.assemble(rotated: [memory, memory])
    #expect(context.bos == assembler.bos)
    #expect(context.memories == [found, found])
  }
}
