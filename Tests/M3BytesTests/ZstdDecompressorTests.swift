import M3Bytes
import M3TestSupport
import Testing

@Suite struct ZstdDecompressorTests {
  /// One decompressor for frames of all sizes and levels, damaged ones between.
  @Test func framesDoNotRememberEachOther() throws {
    let decompressor = ZstdDecompressor()
    var random = Randomness(seed: 2)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 200_000, alignment: 64)
    defer { room.deallocate() }
    var refused = 0
    for (round, count) in [100_000, 0, 1, 200_000, 17, 131_073, 5].enumerated() {
      let bytes = (0..<count).map { _ in UInt8(random.integer(below: 20)) }
      let frame = ZstdFrame.compress(bytes, level: [1, 3, 19][round % 3])
      var damaged = frame
      damaged[damaged.count - 1] ^= 0xFF
      do { try decompress(damaged, into: room, count: count, decompressor) } catch is FormatError { refused += 1 }
      try decompress(frame, into: room, count: count, decompressor)
      #expect(room.prefix(count).elementsEqual(bytes))
    }
    #expect(refused > 0)
  }

  @Test func aFrameOfAnotherSizeIsRefused() {
    let frame = ZstdFrame.compress(ZstdFrameTests.content, level: 3)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
    defer { room.deallocate() }
    for count in [17, 19, 100] {
      let error = #expect(throws: FormatError.self) {
        try decompress(frame, into: room, count: count, ZstdDecompressor())
      }
      #expect(error?.field == "frame")
    }
  }

  /// What zstd says of a frame is handed on.
  @Test func aCutFrameIsRefused() {
    let frame = ZstdFrame.compress(ZstdFrameTests.content, level: 3)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
    defer { room.deallocate() }
    for length in frame.indices {
      let error = #expect(throws: FormatError.self) {
        try decompress(Array(frame[..<length]), into: room, count: 18, ZstdDecompressor())
      }
      // No byte at all is no frame, and no error of zstd's.
      #expect(length == 0 || error?.problem.description.hasPrefix("zstd: ") == true)
    }
  }

  private func decompress(
    _ frame: [UInt8], into room: UnsafeMutableRawBufferPointer, count: Int, _ decompressor: ZstdDecompressor
  ) throws {
    try frame.withUnsafeBytes { try decompressor.decompress($0, into: room, count: count, field: "frame") }
  }
}
