/// A token as a range of UTF-8 bytes.
public struct EnglishToken: Sendable, Equatable {
  public var start: UInt32
  public var end: UInt32
  /// Whether it is a run of white space, which is a token unless it is one space behind another token.
  public var isSpace: Bool

  @inline(__always)
  package init(_ start: Int, _ end: Int, isSpace: Bool = false) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
    self.isSpace = isSpace
  }

  /// The bytes' indices.
  @inline(__always)
  public var range: Range<Int> { Int(start)..<Int(end) }

  @inline(__always)
  package var byteCount: Int { Int(end - start) }
}
