import M3Text

/// The code points of a text.
package struct CodePoints: FilterView {
  package let values: [UInt32]

  package init(_ text: FilterText) {
    values = Self.decoded(text.bytes)
  }

  /// A byte that begins no well-formed sequence is U+FFFD.
  package static func decoded(_ bytes: [UInt8]) -> [UInt32] {
    var values: [UInt32] = []
    values.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { utf8 in
      var index = 0
      while index < utf8.count {
        let scalar = utf8.scalar(at: index)
        values.append(scalar.value == DecodedScalar.invalid ? 0xFFFD : scalar.value)
        index += scalar.byteCount
      }
    }
    return values
  }

  /// - Parameter values: code points that may stand in text.
  package static func encoded(_ values: some Sequence<UInt32>) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values {
      UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}").map { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
