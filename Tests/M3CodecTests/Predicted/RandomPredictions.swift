import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport

extension SymbolModel {
  /// Frequencies from uniform to nearly certain, the escape's 1 in some tables, and random corrections.
  static func random(_ random: inout Randomness) -> SymbolModel {
    var frequencies: [UInt16] = []
    for _ in 0..<classCount * contextCount {
      var left = 1 << frequencyBits
      let concentration = random.integer(below: 6)
      for symbol in 0..<symbolCount {
        let others = symbolCount - 1 - symbol
        let share = symbol == escape ? left : 1 + random.integer(below: max(1, (left - others) >> concentration))
        frequencies.append(UInt16(share))
        left -= share
      }
    }
    return SymbolModel(frequencies: frequencies, corrections: random.floats(3 * classCount, 0.5))
  }

  /// Frequencies of `favourite` symbols near 2¹⁴ and all others 1: the longest runs without a byte.
  static func certain(of favourite: Int) -> SymbolModel {
    var table = [UInt16](repeating: 1, count: symbolCount)
    table[favourite] = UInt16(1 << frequencyBits - (symbolCount - 1))
    return SymbolModel(
      frequencies: Array(repeatElement(table, count: classCount * contextCount).joined()),
      corrections: Array(repeating: 0, count: 3 * classCount))
  }
}

extension PredictedCodebook {
  /// Random tables in half precision; some blocks keep no direction, some all.
  static func random(
    _ random: inout Randomness, shape: MemoryShape = .small(), componentCount: Int = 20, rank: Int = 7,
    hiddenLayers: Int = 0,
    symbols: SymbolModel? = nil
  ) -> PredictedCodebook {
    let features = FeatureKind(hiddenLayers: hiddenLayers, hiddenSize: 5)
    let blocks = 2 * shape.entryCount
    var counts = (0..<blocks).map { _ in random.integer(below: shape.headDimension + 1) }
    (counts[0], counts[1]) = (0, shape.headDimension)
    let directionCount = counts.reduce(0, +)
    return PredictedCodebook(
      provenance: ["model": "random", "seed": 7], shape: shape, features: features,
      means: random.floats(blocks * shape.headDimension), directionCounts: counts,
      analysis: random.floats(directionCount * shape.headDimension),
      synthesis: random.floats(directionCount * shape.headDimension),
      predictionBasis: random.floats(rank * directionCount, 0.3),
      basis: random.floats(componentCount * directionCount, 0.3),
      predictor: random.floats((2 * features.width + 1) * rank),
      deviations: (0..<componentCount).map { 4 / Float(1 + $0) }, symbols: symbols ?? .random(&random)
    ).rounded
  }
}

extension TokenFeatures {
  static func random(_ random: inout Randomness, _ kind: FeatureKind, tokenCount: Int) -> TokenFeatures {
    TokenFeatures(
      tokenCount: tokenCount, width: kind.width, rows: random.floats((1 + tokenCount) * kind.width))
  }
}

extension SparseMemory {
  /// Random vectors of all tokens in every entry.
  init(random: inout Randomness, shape: MemoryShape, tokenCount: Int) {
    self.init(
      random: &random, shape: shape, tokenCount: tokenCount,
      counts: Array(repeating: tokenCount, count: shape.entryCount))
  }
}

extension Producer {
  /// One whose keys are stored before rotation.
  static func unrotated(_ shape: MemoryShape) -> Producer {
    Producer(
      modelDigest: .of([]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama", layerCount: 8,
      queryHeadCount: 6, shape: shape, rotaryBase: "10000.0", rotaryFactors: [], bosText: "<s>", bosTokens: [1],
      contextBOS: .none, keySpace: .beforeRotation, selection: [:])
  }
}
