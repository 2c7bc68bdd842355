public import M3Bytes

/// A strict, forward reader of JSON that builds no values: it gives places in the bytes.
///
/// It checks all that RFC 8259 asks for in what it passes: UTF-8, escapes, surrogate pairs, numbers,
/// unique keys, depth. Errors carry the offset of the first byte that is wrong.
///
/// ```swift
/// var scanner = JSONScanner(bytes)
/// try scanner.beginObject()
/// while let key = try scanner.nextKey() {
///   if scanner.isKey(key, "text") { text = scanner.string(try scanner.scanString()) } else { try scanner.skipValue() }
/// }
/// try scanner.end()
/// ```
public struct JSONScanner {
  /// What a value begins like.
  public enum Kind: Sendable, Equatable {
    case string, number, array, object, `true`, `false`, null
  }

  struct Container {
    var isObject: Bool
    var isEmpty = true
    /// Where the container's keys begin in `keys`.
    var firstKey: Int
  }

  var bytes: UnsafeBufferPointer<UInt8>
  /// Offset of the next byte.
  public internal(set) var position = 0
  let limits: JSONLimits
  /// Arrays and objects that are open.
  var containers: [Container] = []
  /// Keys of the open objects, outermost first.
  var keys: [JSONStringToken] = []
  /// Room for strings with escapes.
  var scratch: [UInt8] = []

  /// - Parameter bytes: must outlive the scanner.
  public init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .init()) {
    self.bytes = bytes
    self.limits = limits
  }

  /// Begins anew with other bytes, and keeps the memory of its own.
  public mutating func restart(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    position = 0
    containers.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
  }

  /// The kind of the next value; white space before it is passed.
  public mutating func nextKind() throws(FormatError) -> Kind {
    skipWhitespace()
    guard position < bytes.count else { throw truncated() }
    switch bytes[position] {
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "t"): return .true
    case UInt8(ascii: "f"): return .false
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    default: throw malformed("a value expected")
    }
  }

  /// Passes the next value, checking all of it.
  /// - Returns: the bytes in which it stands.
  @discardableResult
  public mutating func skipValue() throws(FormatError) -> Range<Int> {
    let kind = try nextKind()
    let start = position
    switch kind {
    case .string: _ = try scanString()
    case .number: _ = try scanNumber()
    case .true: try scanLiteral("true")
    case .false: try scanLiteral("false")
    case .null: try scanLiteral("null")
    case .array:
      try beginArray()
      while try nextElement() { try skipValue() }
    case .object:
      try beginObject()
      while try nextKey() != nil { try skipValue() }
    }
    return start..<position
  }

  /// Refuses anything but white space behind the value.
  public mutating func end() throws(FormatError) {
    precondition(containers.isEmpty, "an array or object is still open")
    skipWhitespace()
    guard position == bytes.count else { throw malformed("bytes behind the value") }
  }

  /// Passes one of the three words.
  public mutating func scanLiteral(_ word: StaticString) throws(FormatError) {
    for index in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count else { throw truncated() }
      guard bytes[position] == word.utf8Start[index] else { throw malformed("\(word) expected") }
      position += 1
    }
  }

  /// The bytes in which something stands, for as long as the scanner's bytes live.
  public func bytes(in range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  @inline(__always)
  mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}

extension JSONScanner {
  @inline(never)
  func malformed(_ why: String, at offset: Int? = nil) -> FormatError {
    FormatError(.malformed(why), field: "JSON", at: UInt64(offset ?? position))
  }

  @inline(never)
  func truncated() -> FormatError {
    FormatError(.truncated(needed: 1, available: 0), field: "JSON", at: UInt64(bytes.count))
  }
}
