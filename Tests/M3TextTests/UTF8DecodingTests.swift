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
    var wrong: [[UInt8]] = []
    func check(_ bytes: [UInt8]) {
      if !Self.isDecodedAsTheStandardLibraryDoes(bytes) { wrong.append(bytes) }
    }
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
    #expect(wrong.isEmpty)
  }

  @Test func boundaries() {
    let bytes = Array("aé記😀b".utf8)
    let expected = [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11]
    bytes.withUnsafeBufferPointer { utf8 in
      #expect((0...utf8.count).map { utf8.scalarBoundary(notAfter: $0) } == expected)
    }
  }

  @Test func backwards() {
    let text = "aé记😀b\u{301}"
    let bytes = Array(text.utf8) + [0x80, 0x80, 0xF0, 0x9F]
    var values: [UInt32] = []
    bytes.withUnsafeBufferPointer { utf8 in
      var end = utf8.count
      while end > 0 {
        let scalar = utf8.scalar(before: end)
        values.append(scalar.value)
        end -= scalar.byteCount
      }
    }
    let invalid = [UInt32](repeating: DecodedScalar.invalid, count: 4)
    #expect(values.reversed() == text.unicodeScalars.map(\.value) + invalid)
  }

  private static func isDecodedAsTheStandardLibraryDoes(_ bytes: [UInt8]) -> Bool {
    let decoded = bytes.withUnsafeBufferPointer { $0.scalar(at: 0) }
    for count in 1...bytes.count {
      guard let text = String(validating: bytes[..<count], as: UTF8.self) else { continue }
      return decoded.value == text.unicodeScalars.first?.value && decoded.byteCount == count
    }
    return decoded.value == DecodedScalar.invalid && decoded.byteCount == 1
  }
}
