import M3Text
import Testing

@Suite struct UTF8DecodingTests {
  @Test func everyCodePoint() {
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(Character(scalar)).utf8)
      let decoded = bytes.withUnsafeBufferPointer { $0.scalar(at: 0) }
      #expect(decoded.value == value && decoded.byteCount == bytes.count, "U+\(String(value, radix: 16))")
    }
  }

  /// Every sequence of two bytes, and every lead byte before two and three others.
  @Test func illFormedBytesStandAlone() {
    let seconds: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
    for lead in UInt8.min...UInt8.max {
      check([lead])
      for second in UInt8.min...UInt8.max { check([lead, second]) }
      for second in seconds {
        for third in seconds {
          check([lead, second, third])
          for fourth in seconds { check([lead, second, third, fourth]) }
        }
      }
    }
  }

  @Test func boundaries() {
    let bytes = Array("aé記😀b".utf8)
    let expected = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11]
    bytes.withUnsafeBufferPointer { utf8 in
      #expect((0...utf8.count).map { utf8.scalarBoundary(notAfter: $0) } == expected)
    }
  }

  /// The standard library decides whether a prefix is a character.
  private func check(_ bytes: [UInt8]) {
    let decoded = bytes.withUnsafeBufferPointer { $0.scalar(at: 0) }
    let scalars = (1...bytes.count).compactMap { count in
      String(validating: bytes[..<count], as: UTF8.self).map { ($0.unicodeScalars, count) }
    }
    let first = scalars.first { $0.0.count == 1 }
    #expect(decoded.value == first?.0.first?.value ?? DecodedScalar.invalid, "\(bytes)")
    #expect(decoded.byteCount == first?.1 ?? 1, "\(bytes)")
  }
}
