import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

extension TestModel {
  /// The same model with weights for decoding.
  func decodingModel() throws -> LlamaModel { try LlamaModel(file, kernels: model.kernels, decoding: true) }

}

extension DecodingPass {
  /// Logits of tokens that follow each other, one run a token.
  func logits(
    _ tokens: [Int32], firstPosition: Int = 0, memory: MemoryContext? = nil, cache: KeyValueCache, vocabulary: Int
  ) -> [[Float]] {
    tokens.enumerated().map { index, token in
      let logits = run(token: token, position: firstPosition + index, memory: memory, cache: cache)
      return Array(UnsafeBufferPointer(start: logits, count: vocabulary))
    }
  }
}

extension MemoryContext {
  /// Contexts of every kind: none, BOS alone, memories with heads of different lengths, biased and weighed as APE does,
  /// and with constants of each head.
  static func kinds(_ random: inout Randomness, _ configuration: LlamaConfiguration) -> [MemoryContext?] {
    let entryCount = configuration.layerCount * configuration.keyValueHeadCount
    let bos = AttentionMemory(random: &random, configuration, counts: Array(repeating: 2, count: entryCount))
    let memories = [[0, 1, 7, 33], [5, 0, 0, 64], [0, 0, 0, 0]].map { lengths in
      AttentionMemory(random: &random, configuration, counts: (0..<entryCount).map { lengths[$0 % lengths.count] })
    }
    return [
      nil, MemoryContext(bos: bos), MemoryContext(bos: bos, memories: memories),
      MemoryContext(bos: nil, memories: memories, biases: [0.5, -1, 2]),
      MemoryContext(bos: bos, memories: memories, biases: [-0.25, 0, 1], logitScale: 1.2, logSumExpScale: 0.9),
      MemoryContext(bos: bos, memories: memories, constants: .random(&random, configuration)),
      MemoryContext(
        bos: bos, memories: memories, biases: [-0.25, 0, 1], logitScale: 0.8, logSumExpScale: 1.1,
        constants: .random(&random, configuration)),
    ]
  }
}
