import M3Memory
import M3Quantizer
import M3TestSupport

/// References whose key-values are a linear function of their features, and noise in a few directions over all blocks.
struct SyntheticReferences: TrainingSource {
  static let shape = MemoryShape(layers: [0, 1], keyValueHeadCount: 2, headDimension: 8)
  static let kind = FeatureKind(hiddenLayers: 0, hiddenSize: 4)
  static let noiseDeviations: [Float] = [2, 1, 0.5]
  static let blocks = 2 * shape.entryCount
  static let dimension = blocks * shape.headDimension

  let memories: [SparseMemory]
  let features: [TokenFeatures]

  init(count: Int, seed: UInt64 = 7, tokens: ClosedRange<Int> = 5...30) {
    // The model is the same for all seeds.
    var random = Randomness(seed: 1)
    let mean = random.floats(Self.dimension, 5)
    // (2 · width, all blocks' elements).
    let weights = random.floats(2 * Self.kind.width * Self.dimension)
    let noise = random.floats(Self.noiseDeviations.count * Self.dimension)
    random = Randomness(seed: seed)
    var (memories, features): ([SparseMemory], [TokenFeatures]) = ([], [])
    for _ in 0..<count {
      let tokenCount = tokens.lowerBound + random.integer(below: tokens.count)
      let rows = random.floats((1 + tokenCount) * Self.kind.width, 1.7)
      var vectors: [[Float]] = []
      for token in 0..<tokenCount {
        var vector = mean
        for input in 0..<2 * Self.kind.width {
          let row = input < Self.kind.width ? token + 1 : token
          let value = rows[row * Self.kind.width + input % Self.kind.width]
          for element in 0..<Self.dimension { vector[element] += value * weights[input * Self.dimension + element] }
        }
        for (direction, deviation) in Self.noiseDeviations.enumerated() {
          let value = random.float(deviation * Float(3).squareRoot())
          for element in 0..<Self.dimension { vector[element] += value * noise[direction * Self.dimension + element] }
        }
        vectors.append(vector)
      }
      memories.append(Self.memory(vectors))
      features.append(TokenFeatures(tokenCount: tokenCount, width: Self.kind.width, rows: rows))
    }
    self.init(memories, features)
  }

  init(_ memories: [SparseMemory], _ features: [TokenFeatures]) {
    (self.memories, self.features) = (memories, features)
  }

  /// A memory of vectors (T, blocks, D): an entry's key, then its value.
  static func memory(_ vectors: [[Float]]) -> SparseMemory {
    func part(_ part: Int) -> [Float] {
      (0..<shape.entryCount).flatMap { entry in
        let first = (2 * entry + part) * shape.headDimension
        return vectors.flatMap { $0[first..<first + shape.headDimension] }
      }
    }
    return SparseMemory(
      shape: shape, tokenCount: vectors.count, counts: Array(repeating: vectors.count, count: shape.entryCount),
      positions: (0..<shape.entryCount).flatMap { _ in vectors.indices.map { UInt16($0) } }, keys: part(0),
      values: part(1))
  }

  /// The vector (blocks, D) of a token.
  static func vector(_ memory: SparseMemory, _ token: Int) -> [Float] {
    (0..<blocks).flatMap { block in
      let first = (block / 2 * memory.tokenCount + token) * shape.headDimension
      return (block % 2 == 0 ? memory.keys : memory.values)[first..<first + shape.headDimension]
    }
  }

  func read(_ body: (SparseMemory, TokenFeatures) throws -> Void) throws {
    for (memory, features) in zip(memories, features) { try body(memory, features) }
  }

  func read<Value: Sendable>(
    _ transform: @escaping @Sendable (SparseMemory, TokenFeatures) throws -> Value, consume: (Value) throws -> Void
  ) throws {
    for (memory, features) in zip(memories, features) { try consume(transform(memory, features)) }
  }
}
