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

  /// Bytes of text that are cut into shingles at a time, where a shingle's units are not too long for that.
  static let partBytes = 1 << 16
  /// Scratch of more bytes is given back when a text is done.
  private static let scratchLimit = 16 << 20

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
    defer { releaseScratch() }
    let text = units(of: utf8)
    guard text.bytes.count > Self.partBytes else {
      hashWhole(text, of: utf8)
      return try hashes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[..<hashCount])) }
    }
    var all: [UInt64] = []
    readParts(of: text, count: { all.reserveCapacity($0) }, part: { all += $0 })
    return try all.withUnsafeBufferPointer(body)
  }

  /// The shingles of a text, as ``withShingles(of:_:)`` gives them.
  public func shingles(of text: String) -> [UInt64] {
    var text = text
    return text.withUTF8 { withShingles(of: $0) { Array($0) } }
  }

  /// Gives the shingles that ``withShingles(of:_:)`` gives in parts, so that those of a long text need not be in memory
  /// together.
  ///
  /// - Parameters:
  ///   - utf8: the text's bytes.
  ///   - count: told first how many shingles there are.
  ///   - part: gets shingles that live until it returns.
  func readShingles(
    of utf8: UnsafeBufferPointer<UInt8>, count: (Int) -> Void, part: (UnsafeBufferPointer<UInt64>) -> Void
  ) {
    defer { releaseScratch() }
    let text = units(of: utf8)
    guard text.bytes.count > Self.partBytes else {
      hashWhole(text, of: utf8)
      count(hashCount)
      return hashes.withUnsafeBufferPointer { part(UnsafeBufferPointer(rebasing: $0[..<hashCount])) }
    }
    readParts(of: text, count: count, part: part)
  }

  /// Hashes the shingles of a text that is one part: nothing is looked at twice.
  private func hashWhole(_ text: UnitText, of utf8: UnsafeBufferPointer<UInt8>) {
    normalizer.findUnits(of: text, atMost: text.bytes.count)
    let starts = normalizer.units
    guard starts.count > 1 else {
      (hashes[0], hashCount) = (XXH3.hash64(UnsafeRawBufferPointer(utf8)), 1)
      return
    }
    hash(text, starts, min(configuration.shingleLength, starts.count - 1))
  }

  private func readParts(of text: UnitText, count: (Int) -> Void, part: (UnsafeBufferPointer<UInt64>) -> Void) {
    let unitCount = text.unitCount
    let length = min(configuration.shingleLength, unitCount)
    count(unitCount - length + 1)
    var (start, size) = (0, Self.partBytes)
    while true {
      let end = text.unitEnd(from: start + size)
      let piece = text.part(start..<end)
      normalizer.findUnits(of: piece, atMost: piece.unitCount)
      let starts = normalizer.units
      // Units at a part's end stand at the next one's beginning too: they should be the fewer ones.
      guard end == text.bytes.count || starts.count > 2 * length else {
        size *= 2
        continue
      }
      hash(piece, starts, length)
      hashes.withUnsafeBufferPointer { part(UnsafeBufferPointer(rebasing: $0[..<hashCount])) }
      guard end < text.bytes.count else { return }
      start += starts[hashCount]
    }
  }

  private func units(of utf8: UnsafeBufferPointer<UInt8>) -> UnitText {
    if configuration.shingleUnit == .characters, configuration.normalization == .none {
      return UnitText(bytes: utf8, unit: .characters)
    }
    normalizer.normalize(utf8)
    return UnitText(bytes: normalizer.text, unit: configuration.shingleUnit)
  }

  /// Hashes each run of `length` units of a text.
  /// - Parameter starts: where units begin, and where one would begin behind the last; more than `length`.
  private func hash(_ text: UnitText, _ starts: UnsafeBufferPointer<Int>, _ length: Int) {
    guard let bytes = text.bytes.baseAddress, let first = starts.baseAddress else { return }
    hashCount = starts.count - length
    if hashes.count < hashCount { hashes = [UInt64](repeating: 0, count: hashCount + hashCount / 8) }
    hashes.withUnsafeMutableBufferPointer {
      PieceHashes.hashWindows(
        bytes, starts: first, length: length, gap: text.gap, into: .init(rebasing: $0[..<hashCount]))
    }
  }

  private func releaseScratch() {
    normalizer.release(above: Self.scratchLimit)
    if 8 * hashes.count > Self.scratchLimit { (hashes, hashCount) = ([0], 0) }
  }
}
