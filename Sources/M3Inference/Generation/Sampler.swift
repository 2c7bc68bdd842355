import M3Bytes
import M3Tensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Draws the next token from logits: temperature, then the most likely `topK`, then the smallest set of probability
/// `topP`, as Hugging Face's `transformers` orders them. The same seed draws the same tokens.
public struct Sampler: Sendable {
  public struct Settings: Sendable, Equatable {
    /// 0 takes the likeliest token.
    public var temperature: Float = 0
    /// 0 takes all.
    public var topK = 0
    /// 1 takes all.
    public var topP: Float = 1
    public var seed: UInt64 = 0

    public init() {}
  }

  public let settings: Settings
  private var random: SplitMix64

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    random = SplitMix64(state: settings.seed)
  }

  /// A token's id; of equally likely ones the smaller comes first.
  public mutating func draw(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    let likeliest = Self.likeliest(logits)
    let largest = logits[likeliest]
    // Infinite logits have no differences.
    guard settings.temperature > 0, largest.isFinite else { return Int32(likeliest) }
    var candidates = Self.candidates(logits, topK: settings.topK).map { id in
      (id: id, weight: exp(Double(logits[id] - largest) / Double(settings.temperature)))
    }
    if settings.topP < 1 {
      let wanted = Double(settings.topP) * candidates.reduce(0) { $0 + $1.weight }
      candidates.sort { ($1.weight, $0.id) < ($0.weight, $1.id) }
      var sum = 0.0
      let count = candidates.firstIndex { candidate in
        sum += candidate.weight
        return sum >= wanted
      }
      candidates.removeSubrange(((count ?? candidates.count - 1) + 1)...)
    }
    var rest = Double(random.next() >> 11) * 0x1p-53 * candidates.reduce(0) { $0 + $1.weight }
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return Int32(candidate.id) }
    }
    // Rounding can leave a little: the last one that has any weight.
    return Int32(candidates.last { $0.weight > 0 }?.id ?? likeliest)
  }

  /// The index of the largest logit, the smallest of several. NaN is never the largest.
  static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> Int {
    var lanes = SIMD16<Float>(repeating: -.infinity)
    let whole = logits.count / 16 * 16
    let raw = UnsafeRawPointer(logits.baseAddress!)
    for start in stride(from: 0, to: whole, by: 16) {
      let values = raw.loadUnaligned(fromByteOffset: 4 * start, as: SIMD16<Float>.self)
      lanes.replace(with: values, where: values .> lanes)
    }
    var largest = lanes.max()
    for value in logits[whole...] where value > largest { largest = value }
    return logits.firstIndex { $0 == largest } ?? 0
  }

  /// Ids of the `topK` largest logits, ascending.
  private static func candidates(_ logits: UnsafeBufferPointer<Float>, topK: Int) -> [Int] {
    guard topK > 0, topK < logits.count else { return logits.indices.filter { !logits[$0].isNaN } }
    var chosen = LargestScores(limit: topK)
    for (id, logit) in logits.enumerated() where !logit.isNaN { chosen.add(index: id, score: logit) }
    return chosen.items.map(\.index).sorted()
  }
}
