/// Strict UTF-8, checked in blocks of 32 bytes: no surrogates, no overlong forms, nothing above U+10FFFF.
package enum UTF8Scanner {
  package enum Result: Equatable {
    /// The offset of the first quote, backslash or control character below U+0020, or the end; all
    /// before it is valid.
    case stopped(Int)
    /// The offset of the first byte of a sequence that is not UTF-8.
    case invalid(Int)
  }

  /// Looks for the end of a string's plain run.
  ///
  /// The byte before `start`, where there is one, must not be a part of an unfinished sequence.
  package static func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Result {
    var position = start
    var mayBeUnfinished = false
    if let base = bytes.baseAddress {
      while position + UTF8Block.width <= bytes.count {
        let block = UTF8Block(base + position)
        let stop = block.firstStop
        let hasHighBytes = block.hasHighBytes
        if hasHighBytes || mayBeUnfinished {
          // A block at the very start has no bytes before it to load.
          guard position >= 3 else { break }
          guard !block.hasError else { break }
        }
        mayBeUnfinished = hasHighBytes
        if stop < UTF8Block.width { return .stopped(position + stop) }
        position += UTF8Block.width
      }
    }
    return scanSlowly(bytes, from: sequenceStart(bytes, before: position, notBefore: start))
  }

  /// The same, a scalar value at a time.
  package static func scanSlowly(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Result {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return .stopped(position) }
      let length = sequenceLength(bytes, at: position)
      if length == 0 { return .invalid(position) }
      position += length
    }
    return .stopped(position)
  }

  /// The offset of the first byte of a sequence that is not UTF-8, or nil.
  package static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = 0
    while true {
      switch scan(bytes, from: position) {
      case .invalid(let offset): return offset
      case .stopped(bytes.count): return nil
      case .stopped(let offset): position = offset + 1
      }
    }
  }

  /// The offset of the first quote, backslash or control character in a text, or the end.
  static func firstStop(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start
    if let base = bytes.baseAddress {
      while position + UTF8Block.width <= bytes.count {
        let stop = UTF8Block(base + position).firstStop
        if stop < UTF8Block.width { return position + stop }
        position += UTF8Block.width
      }
    }
    return bytes[position...].firstIndex { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
      ?? bytes.count
  }

  /// A string of bytes that are known to be UTF-8.
  package static func string(valid bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(copying: UTF8Span(unchecked: bytes.span))
  }

  /// Where the sequence begins that reaches up to `position` and may not be finished there.
  private static func sequenceStart(_ bytes: UnsafeBufferPointer<UInt8>, before position: Int, notBefore start: Int)
    -> Int
  {
    for (back, lead) in [(1, UInt8(0xC0)), (2, 0xE0), (3, 0xF0)] where position - back >= start {
      if bytes[position - back] >= lead { return position - back }
    }
    return position
  }

  /// The length of the valid sequence at `position`, or 0; by the table of the Unicode Standard,
  /// "Well-Formed UTF-8 Byte Sequences".
  private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
    let remaining = bytes.count - position
    func isContinuation(_ offset: Int) -> Bool { bytes[position + offset] & 0xC0 == 0x80 }
    switch bytes[position] {
    case 0..<0x80:
      return 1
    case 0xC2...0xDF:
      return remaining >= 2 && isContinuation(1) ? 2 : 0
    case 0xE0...0xEF:
      guard remaining >= 3, isContinuation(1), isContinuation(2) else { return 0 }
      let value = UInt16(bytes[position] & 0x0F) << 6 | UInt16(bytes[position + 1] & 0x3F)
      // U+0800 and above, and no surrogates, in units of 64.
      return value >= 0x20 && !(0x360...0x37F).contains(value) ? 3 : 0
    case 0xF0...0xF4:
      guard remaining >= 4, isContinuation(1), isContinuation(2), isContinuation(3) else { return 0 }
      let value = UInt16(bytes[position] & 0x07) << 6 | UInt16(bytes[position + 1] & 0x3F)
      // U+10000...U+10FFFF, in units of 4096.
      return (0x10...0x10F).contains(value) ? 4 : 0
    default:
      return 0
    }
  }
}
