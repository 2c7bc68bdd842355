import M3Bytes
import M3JSON
import M3Memory
import M3Quantizer
import M3TestSupport
import M3Transformer
import M3Weights

/// A small random model, a producer over some of its layers, and random memories of random references.
struct WeightsSample {
  let model: LlamaModel
  let twin: PlainLlama
  let weights: GradientWeights
  let producer: Producer
  let bos: BOSMemory
  let references: [DenseReference]

  init(tokenCounts: [Int], layers: [Int] = [0, 1], keySpace: Producer.KeySpace = .beforeRotation) throws {
    let folder = try TemporaryFolder()
    let file = try GGUFFile(path: folder.write(GGUFBuilder(RandomLlama(), seed: 7).bytes, "model.gguf"))
    model = try LlamaModel(file)
    twin = try PlainLlama(file)
    weights = try GradientWeights(model)
    var random = Randomness(seed: 80)
    let configuration = model.configuration
    let shape = MemoryShape(
      layers: layers, keyValueHeadCount: configuration.keyValueHeadCount, headDimension: configuration.headDimension)
    producer = Producer(
      modelDigest: .of([]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama",
      layerCount: configuration.layerCount, queryHeadCount: configuration.queryHeadCount, shape: shape,
      rotaryBase: "\(configuration.rotaryBase)", rotaryFactors: [], bosText: "", bosTokens: [0, 3], contextBOS: .none,
      keySpace: keySpace, selection: [:])
    let count = configuration.layerCount * shape.keyValueHeadCount * 2 * shape.headDimension
    bos = BOSMemory(
      layerCount: configuration.layerCount, keyValueHeadCount: shape.keyValueHeadCount, tokenCount: 2,
      headDimension: shape.headDimension, keys: random.floats(count, 1.5), values: random.floats(count))
    references = tokenCounts.map { tokenCount in
      let elements = shape.entryCount * tokenCount * shape.headDimension
      return DenseReference(
        tokens: random.tokens(tokenCount, vocabulary: configuration.vocabularySize),
        memory: SparseMemory(
          shape: shape, tokenCount: tokenCount, counts: Array(repeating: tokenCount, count: shape.entryCount),
          positions: (0..<shape.entryCount).flatMap { _ in (0..<tokenCount).map { UInt16($0) } },
          keys: random.floats(elements, 1.5), values: random.floats(elements)))
    }
  }

  func gather(_ settings: BlockWeightSettings, workers: Int = 1) throws -> BlockWeights {
    try BlockWeights(
      gathering: references, weights: weights, producer: producer, bos: bos, settings: settings, workers: workers)
  }

  func gatherMetrics(_ settings: BlockWeightSettings, workers: Int = 1) throws -> BlockMetrics {
    try BlockMetrics(
      gathering: references, weights: weights, producer: producer, bos: bos, settings: settings, workers: workers)
  }
}
