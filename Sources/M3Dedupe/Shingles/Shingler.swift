import M3Bytes
public import M3Tensor

/// Makes the shingles of texts: the XXH3-64 of each run of units of the normalised text.
///
/// It has scratch of its own: one for each thread.
public final class Shingler {
  public let configuration: DedupeConfiguration
  private var normalizer: TextNormalizer
  /// Scratch; the first ``hashCount`` are shingles.
  private var hashes: [UInt64] = [0]
  private var hashCount = 0

  public init(_ configuration: DedupeConfiguration, kernels: Kernels = .best) {
    precondition(configuration.shingleLength > 0, "a shingle has at least one unit")
    self.configuration = configuration
    normalizer = TextNormalizer(configuration.normalization, kernels: kernels)
  }

  /// The shingles of a text in the order in which they stand, equal ones as often as they do; at least one.
  ///
  /// A text of fewer units than a shingle has one, its whole normalised text; one that is empty when normalised has one
  /// too, its bytes as they are.
  ///
  /// - Parameters:
  ///   - utf8: the text's bytes.
  ///   - body: gets shingles that live until it returns.
  public func withShingles<Result>(
    of utf8: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt64>) throws -> Result
  ) rethrows -> Result {
    hashCount = 0
    switch configuration.shingleUnit {
    case .words:
      normalizer.normalize(utf8)
      normalizer.findWords()
      hash(normalizer.text, normalizer.units, gap: 1)
    case .characters where configuration.normalization == .none:
      normalizer.findCharacters(of: utf8)
      hash(utf8, normalizer.units, gap: 0)
    case .characters:
      normalizer.normalize(utf8)
      normalizer.findCharacters(of: normalizer.text)
      hash(normalizer.text, normalizer.units, gap: 0)
    }
    if hashCount == 0 { (hashes[0], hashCount) = (XXH3.hash64(UnsafeRawBufferPointer(utf8)), 1) }
    return try hashes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[..<hashCount])) }
  }

  /// The shingles of a text, as ``withShingles(of:_:)`` gives them.
  public func shingles(of text: String) -> [UInt64] {
    var text = text
    return text.withUTF8 { withShingles(of: $0) { Array($0) } }
  }

  /// Hashes each run of units of a text.
  /// - Parameters:
  ///   - starts: where units begin, and where one would begin behind the last.
  ///   - gap: bytes between units.
  private func hash(_ text: UnsafeBufferPointer<UInt8>, _ starts: UnsafeBufferPointer<Int>, gap: Int) {
    guard let bytes = text.baseAddress, let first = starts.baseAddress, starts.count > 1 else { return }
    let length = min(configuration.shingleLength, starts.count - 1)
    let count = starts.count - length
    if hashes.count < count { hashes = [UInt64](repeating: 0, count: 2 * count) }
    hashes.withUnsafeMutableBufferPointer {
      PieceHashes.hashWindows(bytes, starts: first, length: length, gap: gap, into: .init(rebasing: $0[..<count]))
    }
    hashCount = count
  }
}
