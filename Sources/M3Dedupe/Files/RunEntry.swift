/// What a ``RunFile`` holds: a value of fixed size, little-endian.
package protocol RunEntry: Sendable {
  static var byteCount: Int { get }
  /// Reads ``byteCount`` bytes.
  init(_ bytes: UnsafeRawPointer)
  /// Writes ``byteCount`` bytes.
  func store(to bytes: UnsafeMutableRawPointer)
}
