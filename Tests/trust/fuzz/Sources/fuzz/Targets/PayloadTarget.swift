import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Tensor
import M3TestSupport

/// A coded memory: the first byte chooses the codec, the rest is the payload.
enum PayloadTarget: FuzzTarget {
  static let name = "payload"

  private static let codecs: [any MemoryCodec] = {
    let shape = SmallMemories.shape
    let scalars = ScalarWidth.allCases.compactMap { try? ScalarCodec($0, statistics: SmallMemories.statistics) }
    let products = SmallMemories.products.map { ProductCodec($0) }
    return [BFloat16Codec(headDimension: shape.headDimension)] + scalars + products
      + [0, 2].map { PredictedCodec(SmallMemories.predicted(hiddenLayers: $0), step: 0.5) }
  }()

  private static let rotation = Rotation(SmallMemories.producer, positionCount: 512)

  /// Payloads of the small memories by a codec.
  static func payloads(_ name: String) -> [[UInt8]] {
    guard let codec = codecs.first(where: { $0.name == name }) else { return [] }
    return SmallMemories.memories.compactMap { try? codec.payload($0) }
  }

  /// Payloads that any predicted codec reads whose components are five.
  static var predictedPayloads: [[UInt8]] {
    codecs.compactMap { $0 as? PredictedCodec }.flatMap { codec in
      [0, 3].compactMap { count in
        try? codec.payload(residuals: SmallMemories.floats(5 * count, seed: 77).map { $0 * 40 })
      }
    }
  }

  static var seeds: [[UInt8]] {
    codecs.enumerated().flatMap { index, codec in
      (codec.features == nil ? payloads(codec.name) : predictedPayloads).map { [UInt8(index)] + $0 }
    }
  }

  static func run(_ bytes: [UInt8]) throws {
    guard let choice = bytes.first else { return }
    let codec = codecs[Int(choice) % codecs.count]
    let payload = Array(bytes.dropFirst())
    let shape = SmallMemories.shape
    let count = try codec.check(payload, shape: shape)
    guard count <= 2048 else { return }
    let features = codec.features.map { SmallMemories.features($0, tokenCount: count) }
    let memory = try codec.memory(payload, shape: shape, features: features)
    let problem = SparseMemory.firstInconsistency(
      tokenCount: memory.tokenCount, counts: memory.counts, positions: memory.positions)
    expect(problem == nil && memory.tokenCount == count, "an inconsistent memory: \(problem ?? "another token count")")
    if features == nil { expect((memory.keys + memory.values).allSatisfy(\.isFinite), "vectors that are not finite") }
    try rotate(codec, payload, features, memory)
    if let codec = codec as? PredictedCodec { try encodeAgain(codec, payload, count: count) }
    if codec is BFloat16Codec { expect(try codec.payload(memory) == payload, "another payload of the same memory") }
  }

  private static func rotate(
    _ codec: any MemoryCodec, _ payload: [UInt8], _ features: TokenFeatures?, _ memory: SparseMemory
  ) throws {
    guard memory.tokenCount <= 512 else { return }
    let decoded = try payload.withUnsafeBytes {
      try codec.decode(
        $0, shape: memory.shape, features: features, rotation: rotation, firstPosition: 512 - memory.tokenCount
      ) { FloatBuffer(uninitializedCount: $0) }
    }
    let rotated = decoded.rotatedMemory(shape: memory.shape)
    expect(rotated.rowCount == memory.rowCount, "rows that were lost")
  }

  /// A stream of codes has one spelling: what decodes is what its codes give again.
  private static func encodeAgain(_ codec: PredictedCodec, _ payload: [UInt8], count: Int) throws {
    let (width, coded) = (codec.codebook.componentCount, codec.codedComponentCount)
    var residuals = [Float](repeating: 0, count: count * width)
    _ = try payload.withUnsafeBytes { bytes throws(FormatError) in
      try codec.decodeCodes(bytes) { token, codes in
        for component in 0..<coded { residuals[token * width + component] = Float(codes[component]) * codec.step }
      }
    }
    expect(try codec.payload(residuals: residuals) == payload, "another payload of the same codes")
  }
}
