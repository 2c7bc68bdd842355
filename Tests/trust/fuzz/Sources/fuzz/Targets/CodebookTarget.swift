import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport

/// `codebook.m3c` of every family, by its magic, and the codec that is made of it.
enum CodebookTarget: FuzzTarget {
  static let name = "codebook"

  static var seeds: [[UInt8]] {
    [SmallMemories.statistics.bytes] + SmallMemories.products.map(\.bytes)
      + [SmallMemories.predicted(hiddenLayers: 0).bytes, SmallMemories.predicted(hiddenLayers: 2).bytes]
  }

  static func run(_ bytes: [UInt8]) throws {
    if bytes.starts(with: PredictedCodebook.magic) {
      let codebook = try PredictedCodebook(bytes: bytes)
      expect(codebook.inconsistency == nil, "a codebook that does not fit itself: \(codebook.inconsistency ?? "")")
      expect(codebook.bytes == bytes, "a predicted codebook of other bytes")
      try use(PredictedCodec(codebook, step: 1), codebook.shape, payloads: PayloadTarget.predictedPayloads)
    } else if bytes.starts(with: HeadStatistics.magic) {
      let statistics = try HeadStatistics(bytes: bytes, shape: SmallMemories.shape)
      expect(statistics.bytes == bytes, "statistics of other bytes")
      for width in ScalarWidth.allCases {
        let codec = try ScalarCodec(width, statistics: statistics)
        try use(codec, SmallMemories.shape, payloads: PayloadTarget.payloads(codec.name))
      }
    } else {
      let codebook = try ProductCodebook(bytes: bytes, shape: SmallMemories.shape)
      expect(codebook.bytes == bytes, "a product codebook of other bytes")
      let codec = ProductCodec(codebook)
      try use(codec, SmallMemories.shape, payloads: PayloadTarget.payloads(codebook.name))
    }
  }

  /// Decodes payloads that were made with another codebook.
  private static func use(_ codec: any MemoryCodec, _ shape: MemoryShape, payloads: [[UInt8]]) throws {
    for payload in payloads {
      guard let count = try? codec.check(payload, shape: shape), shape.entryCount * shape.headDimension <= 4096 else {
        continue
      }
      let features = codec.features.map { SmallMemories.features($0, tokenCount: count) }
      if let features, features.width > 4096 { continue }
      let memory = try codec.memory(payload, shape: shape, features: features)
      expect(memory.tokenCount == count, "a memory of \(memory.tokenCount) tokens and not \(count)")
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    // Most of a codebook is numbers; what decides lies at its head.
    let head = min(bytes.count, 1024)
    let mutated =
      random.once(in: 3) ? Mutation.bytes(bytes, limit: limit) : Mutation.part(bytes, 0..<head, limit: limit)
    return random.once(in: 16) ? mutated : reseal(mutated)
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { Sealing.trailing(bytes) }
}
