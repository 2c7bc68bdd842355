import M3Text

/// Classes of characters as Python's `str` and its `re` have them, which the profiles of Python tools decide by.
package enum PythonCharacters {
  /// `str.isspace()`, which `split()` and `strip()` go by: White_Space and the four information separators.
  @inline(__always)
  package static func isSpace(_ value: UInt32) -> Bool {
    if value < 0x80 { return value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value) }
    return switch value {
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// `str.isalpha()`: the general categories L*.
  @inline(__always)
  package static func isLetter(_ value: UInt32) -> Bool {
    if value < 0x80 { return (value | 0x20) &- 0x61 < 26 }
    return CharacterClasses.unicode16[value] == .letter
  }

  /// `str.isdigit()`: digits of any script, and raised, lowered and circled ones.
  package static func isDigit(_ value: UInt32) -> Bool {
    if value < 0x80 { return value &- 0x30 < 10 }
    return switch Unicode.Scalar(value)?.properties.numericType {
    case .decimal?, .digit?: true
    default: false
    }
  }

  /// `\w`: letters, everything with a numeric value, and the low line.
  package static func isWord(_ value: UInt32) -> Bool {
    if value < 0x80 { return isLetter(value) || isDigit(value) || value == 0x5F }
    if isLetter(value) { return true }
    return Unicode.Scalar(value)?.properties.numericType != nil
  }

  /// What `str.splitlines()` ends a line at; a carriage return and the line feed behind it are one end.
  package static func isLineBoundary(_ value: UInt32) -> Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// The range without white space at its ends: `str.strip()`.
  package static func stripped(_ range: Range<Int>, of utf8: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound {
      let scalar = utf8.scalar(at: start)
      guard isSpace(scalar.value) else { break }
      start += scalar.byteCount
    }
    var end = range.upperBound
    while end > start {
      let scalar = utf8.scalar(before: end)
      guard isSpace(scalar.value) else { break }
      end -= scalar.byteCount
    }
    return start..<end
  }
}
