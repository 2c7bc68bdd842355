import M3JSON
import Testing

/// The block-wise check of UTF-8 against the plain one and the standard library's.
struct UTF8ScannerTests {
  /// Bytes at which a rule of UTF-8 begins or ends, and the bytes that end a run.
  private static let telling: [UInt8] = [
    0x00, 0x1F, 0x20, 0x22, 0x5C, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
    0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF,
  ]

  /// Of the third and fourth byte only its class matters.
  private static let following: [UInt8] = [0x22, 0x61, 0x7F, 0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF]

  private static func check(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { buffer in
      let expected = UTF8Scanner.scanSlowly(buffer, from: 0)
      if UTF8Scanner.scan(buffer, from: 0) != expected {
        Issue.record("\(bytes) gives \(UTF8Scanner.scan(buffer, from: 0)) and not \(expected)")
      }
      let isValid = String(validating: buffer, as: UTF8.self) != nil
      if (UTF8Scanner.firstInvalid(buffer) == nil) != isValid {
        Issue.record("\(bytes) is \(isValid ? "valid" : "not valid")")
      }
    }
  }

  @Test(arguments: [0, 1, 29, 30, 31, 32, 62])
  func everyPairAtEveryPlaceInABlock(_ place: Int) {
    var bytes = [UInt8](repeating: 0x61, count: 70)
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        bytes[place] = first
        bytes[place + 1] = second
        UTF8ScannerTests.check(bytes)
      }
    }
  }

  @Test(arguments: telling)
  func sequencesOfFourAcrossBlocks(_ first: UInt8) {
    for place in [29, 30, 31] {
      var bytes = [UInt8](repeating: 0x61, count: 68)
      bytes[place] = first
      for second in UTF8ScannerTests.telling {
        bytes[place + 1] = second
        for third in UTF8ScannerTests.following {
          bytes[place + 2] = third
          for fourth in UTF8ScannerTests.following {
            bytes[place + 3] = fourth
            UTF8ScannerTests.check(bytes)
          }
        }
      }
    }
  }

  @Test func everyScalarValue() {
    for start in stride(from: UInt32(0), to: 0x11_0000, by: 0x400) {
      var text = ""
      for value in start..<start + 0x400 {
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
      }
      UTF8ScannerTests.check(Array(text.utf8))
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func randomBytesOfEveryLength(_ seed: UInt64) {
    var random = SplitMix(seed)
    for count in 0..<200 {
      for _ in 0..<50 {
        var bytes = Array(random.text().utf8)
        while bytes.count < count { bytes += Array(random.text().utf8) + [0x61] }
        bytes.removeLast(bytes.count - count)
        UTF8ScannerTests.check(bytes)
        random.damage(&bytes)
        UTF8ScannerTests.check(bytes)
      }
    }
  }

  @Test func theRunBeginsWhereItIsAskedTo() {
    // Bytes before the start are not judged, and the offset counts from the buffer's own.
    let bytes = Array("\"é\" ".utf8) + Array(String(repeating: "ü", count: 40).utf8) + [0x22]
    bytes.withUnsafeBufferPointer { buffer in
      for start in stride(from: 5, to: 85, by: 2) {
        #expect(UTF8Scanner.scan(buffer, from: start) == .stopped(85))
      }
    }
  }
}
