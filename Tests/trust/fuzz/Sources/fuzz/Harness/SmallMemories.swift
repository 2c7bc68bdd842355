import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport

/// Memories, codebooks and a producer so small that a fuzzer gets through them thousands of times a second.
enum SmallMemories {
  static let shape = MemoryShape(layers: [0, 2], keyValueHeadCount: 2, headDimension: 8)

  static let producer = Producer(
    modelDigest: SHA256Digest.of(Array("model".utf8)), tokenizerFingerprint: "0123456789abcdef", architecture: "llama",
    layerCount: 3, queryHeadCount: 4, shape: shape, rotaryBase: "10000.0", rotaryFactors: [], bosText: "<s>",
    bosTokens: [1], contextBOS: .none, keySpace: .beforeRotation, selection: ["rule": "all"])

  static let bos = BOSMemory(
    layerCount: 3, keyValueHeadCount: 2, tokenCount: 1, headDimension: 8, keys: floats(48, seed: 1),
    values: floats(48, seed: 2))

  static func floats(_ count: Int, seed: UInt64) -> [Float] {
    var random = Randomness(seed: seed)
    return random.floats(count)
  }

  /// - Parameter counts: tokens of each entry; the first ones of the reference.
  static func memory(tokenCount: Int, counts: [Int], seed: UInt64 = 3) -> SparseMemory {
    let positions = counts.flatMap { (0..<UInt16($0)).map { $0 } }
    let count = positions.count * shape.headDimension
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: floats(count, seed: seed),
      values: floats(count, seed: seed + 1)
    ).roundedToBFloat16
  }

  static let memories = [
    memory(tokenCount: 3, counts: [3, 0, 1, 2]), memory(tokenCount: 5, counts: [5, 5, 5, 5], seed: 9),
    memory(tokenCount: 1, counts: [0, 0, 0, 0]), memory(tokenCount: 300, counts: [2, 0, 1, 0], seed: 11),
  ]

  static let statistics = HeadStatistics(
    shape: shape, means: floats(64, seed: 5), deviations: floats(64, seed: 6).map { 0.25 + $0.magnitude })

  static func product(_ name: String, _ layout: ProductLayout, scope: CodebookScope) -> ProductCodebook {
    let identity = (0..<64).map { Float($0 % 9 == 0 ? 1 : 0) }
    let cells = (0..<scope.cellCount(shape)).map { cell in
      ProductCell(
        mean: floats(8, seed: UInt64(20 + cell)), rotation: layout.isRotated ? identity : [],
        centroids: floats(layout.centroidElementCount, seed: UInt64(40 + cell)).map { Float(Float16($0)) })
    }
    return ProductCodebook(
      name: name, shape: shape, scope: scope, layout: layout, cells: cells, producer: producer.json, seed: 1,
      sampleSize: 100)
  }

  static let products = [
    product("pq", .pq(dimension: 8, subspaces: 4, bits: 8), scope: .global),
    product("opq", .pq(dimension: 8, subspaces: 2, bits: 5, isRotated: true), scope: .head),
    product("residual", .residual(dimension: 8, stages: 3, bits: 3), scope: .layer),
    product(
      "memory3",
      ProductLayout(
        dimension: 8, isRotated: true,
        stages: [.init(subspaceCount: 2, centroidCount: 5), .init(subspaceCount: 8, centroidCount: 3)]), scope: .part),
  ]

  /// - Parameter hiddenLayers: that features have besides the embeddings.
  static func predicted(hiddenLayers: Int) -> PredictedCodebook {
    let features = FeatureKind(hiddenLayers: hiddenLayers, hiddenSize: 4)
    let counts = [2, 1, 0, 3, 8, 1, 1, 0]
    let (directions, rank, components) = (counts.reduce(0, +), 3, 5)
    let flat = SymbolModel(
      frequencies: Array(repeating: 512, count: SymbolModel.classCount * SymbolModel.contextCount * 32),
      corrections: Array(repeating: -0.125, count: 3 * SymbolModel.classCount))
    return PredictedCodebook(
      provenance: ["seed": 1], shape: shape, features: features, means: floats(64, seed: 61), directionCounts: counts,
      analysis: floats(directions * 8, seed: 62), synthesis: floats(directions * 8, seed: 63),
      predictionBasis: floats(rank * directions, seed: 64), basis: floats(components * directions, seed: 65),
      predictor: floats((2 * features.width + 1) * rank, seed: 66), deviations: [9, 4, 2, 1, 0.01], symbols: flat,
      reading: ReadingConstants(
        biases: floats(6, seed: 67), crowding: floats(6, seed: 68), scales: floats(6, seed: 69).map { 2 + $0 })
    ).rounded
  }

  /// Features of `tokenCount` tokens, as a model would give them.
  static func features(_ kind: FeatureKind, tokenCount: Int) -> TokenFeatures {
    TokenFeatures(
      tokenCount: tokenCount, width: kind.width,
      rows: (0..<(1 + tokenCount) * kind.width).map { Float($0 % 7) * 0.25 - 0.75 })
  }
}
