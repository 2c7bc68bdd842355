import M3Bytes
import M3TestSupport
import Testing

@Suite struct ZstdFrameTests {
  static let content = Array("hello hello hello\n".utf8)
  /// `printf 'hello hello hello\n' | zstd -c` of zstd 1.5.4, without its content size and with its checksum.
  static let streamed = Hexadecimal.bytes("28b52ffd04586d00003868656c6c6f200a0100314a11a3aa74ce")!

  @Test(arguments: [0, 1, 100, 100_000], [Int32(1), 3, 19])
  func roundTrip(count: Int, level: Int32) throws {
    var random = Randomness(seed: UInt64(count))
    let bytes = (0..<count).map { _ in UInt8(random.integer(below: 20)) }
    let frame = ZstdFrame.compress(bytes, level: level)
    #expect(try decompress(frame, count: count) == bytes)
    #expect(ZstdFrame.compress(bytes, level: level) == frame)
  }

  @Test(arguments: [17, 19, 0, 1 << 30, Int.max])
  func anotherSizeIsRefused(count: Int) {
    let frame = ZstdFrame.compress(Self.content, level: 3)
    let error = #expect(throws: FormatError.self) { try decompress(frame, count: count) }
    #expect(error?.problem == .mismatch(expected: "a zstd frame of \(count) bytes", found: "one of 18 bytes"))
    #expect(error?.field == "payload")
  }

  @Test func everyTruncationIsRefused() {
    let frame = ZstdFrame.compress(Self.content, level: 3)
    for count in frame.indices {
      #expect(throws: FormatError.self) { try decompress(Array(frame[..<count]), count: 18) }
    }
  }

  @Test func anythingBehindTheFrameIsRefused() {
    let frame = ZstdFrame.compress(Self.content, level: 3)
    for tail in [[0], frame, [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]] {
      let error = #expect(throws: FormatError.self) { try decompress(frame + tail, count: 18) }
      #expect(error?.problem == .malformed("not exactly one zstd frame"))
    }
  }

  @Test func framesWithoutASizeAreRefused() {
    let error = #expect(throws: FormatError.self) { try decompress(Self.streamed, count: 18) }
    #expect(error?.problem == .mismatch(expected: "a zstd frame of 18 bytes", found: "a frame of unknown size"))
    let none = #expect(throws: FormatError.self) { try decompress([1, 2, 3, 4, 5, 6, 7, 8], count: 18) }
    #expect(none?.problem == .mismatch(expected: "a zstd frame of 18 bytes", found: "no zstd frame"))
  }

  /// A frame of zstd 0.7, stored: Debian's libzstd decompresses it.
  @Test func formatsBeforeTheStandardAreRefused() {
    let frame = Hexadecimal.bytes("27b52ffda012000000400012")! + Self.content + [0xC0, 0, 0]
    let error = #expect(throws: FormatError.self) { try decompress(frame, count: 18) }
    #expect(error?.problem == .mismatch(expected: "a zstd frame of 18 bytes", found: "no zstd frame"))
  }

  @Test func dictionariesAreRefused() {
    // A frame header with a dictionary's id of one byte: descriptor 0x21, id 7, content size 18.
    var frame = ZstdFrame.compress(Self.content, level: 3)
    #expect(frame[4] == 0x20)
    frame[4] = 0x21
    frame.insert(7, at: 5)
    let error = #expect(throws: FormatError.self) { try decompress(frame, count: 18) }
    #expect(error?.problem == .unsupported(found: "zstd dictionary"))
  }

  /// zstd's header is under no checksum: a flip gives an error or bytes of the right count, never anything else.
  @Test func flippedBitsNeverChangeTheCount() {
    let frame = ZstdFrame.compress(Self.content, level: 3)
    for bit in 0..<8 * frame.count {
      var damaged = frame
      damaged[bit / 8] ^= 1 << (bit % 8)
      if let bytes = try? decompress(damaged, count: 18) { #expect(bytes.count == 18) }
    }
  }

  private func decompress(_ frame: [UInt8], count: Int) throws -> [UInt8] {
    try frame.withUnsafeBytes { try ZstdFrame.decompress($0, count: count, field: "payload") }
  }
}
