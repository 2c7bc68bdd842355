import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite struct ZstdStreamTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  static let skippable: [UInt8] = [0x5F, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]

  @Test(arguments: [0, 1, 1000, 1 << 17, 1_000_000], [1 << 10, 1 << 18])
  func writerAndSource(count: Int, piece: Int) throws {
    var random = Randomness(seed: UInt64(count))
    let bytes = (0..<count).map { _ in UInt8(random.integer(below: 30)) }
    let writer = try ZstdWriter(path: folder.file("f.zst"))
    for start in stride(from: 0, to: count, by: piece) {
      try writer.write(Array(bytes[start..<min(start + piece, count)]))
    }
    #expect(try FilePaths.kind(folder.file("f.zst")) == nil)
    let (digest, byteCount) = try writer.commit()
    #expect(digest == (try SHA256Digest.ofFile(folder.file("f.zst"))))
    #expect(byteCount == (try FilePaths.size(folder.file("f.zst"))))
    #expect(try read("f.zst", piece: piece) == bytes)
  }

  /// The bytes depend on the content and not on the pieces in which it comes.
  @Test func piecesDoNotMatter() throws {
    let bytes = (0..<300_000).map { UInt8($0 / 7 % 251) }
    var files: [[UInt8]] = []
    for piece in [1 << 20, 65_536, 999] {
      let writer = try ZstdWriter(path: folder.file("f.zst"))
      for start in stride(from: 0, to: bytes.count, by: piece) {
        try writer.write(Array(bytes[start..<min(start + piece, bytes.count)]))
      }
      _ = try writer.commit()
      files.append(try folder.read("f.zst"))
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  @Test func severalFrames() throws {
    let parts = ["one\n", "", "two\n", "three\n"].map { Array($0.utf8) }
    let frames = parts.map { ZstdFrame.compress($0, level: 3) }
    try folder.write(frames.flatMap { $0 }, "f.zst")
    #expect(try read("f.zst") == parts.flatMap { $0 })
    try folder.write(Self.skippable + frames[0] + Self.skippable + Self.skippable + frames[2] + Self.skippable, "g.zst")
    #expect(try read("g.zst") == parts[0] + parts[2])
    try folder.write(Self.skippable, "h.zst")
    #expect(try read("h.zst") == [])
  }

  @Test func whatTheCommandLineToolWrites() throws {
    try folder.write(ZstdFrameTests.streamed, "f.zst")
    #expect(try read("f.zst") == ZstdFrameTests.content)
  }

  /// A file that ends anywhere but between frames is an error, whatever was read before.
  @Test func everyTruncation() throws {
    var random = Randomness(seed: 5)
    let content = (0..<5000).map { _ in UInt8(random.integer(below: 9)) }
    let frames = [Self.skippable, ZstdFrame.compress(content, level: 3), ZstdFrameTests.streamed]
    let bytes = frames.flatMap { $0 }
    let whole = frames.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    for count in bytes.indices where !whole.contains(count) {
      try folder.write(Array(bytes[..<count]), "cut.zst")
      let error = #expect(throws: FormatError.self) { try read("cut.zst") }
      guard case .truncated? = error?.problem else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        continue
      }
      #expect(error?.byteOffset == UInt64(count))
      #expect(error?.file == folder.file("cut.zst"))
    }
  }

  @Test func everyFlippedBitOfTheContent() throws {
    // Behind magic, descriptor and window all is under the checksum or is it, but for bits that mean nothing.
    var wrong: [Int] = []
    for bit in 8 * 6..<8 * ZstdFrameTests.streamed.count {
      var damaged = ZstdFrameTests.streamed
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "f.zst")
      if let found = try? read("f.zst"), found != ZstdFrameTests.content { wrong.append(bit) }
    }
    #expect(wrong.isEmpty)
  }

  @Test(arguments: [[0x00], [0x0A], Array("text".utf8), [0x1F, 0x8B, 8, 0]])
  func otherBytesBehindAFrame(tail: [UInt8]) throws {
    try folder.write(ZstdFrameTests.streamed + tail + [0, 0, 0, 0, 0, 0, 0, 0], "f.zst")
    let error = #expect(throws: FormatError.self) { try read("f.zst") }
    #expect(error?.problem == .malformed("zstd: Unknown frame descriptor"))
  }

  /// A window of 256 MiB, which a decoder would have to hold.
  @Test func largeWindowsAreRefused() throws {
    // Descriptor 0; window exponent 18 above 10; an empty last block.
    try folder.write([0x28, 0xB5, 0x2F, 0xFD, 0, 18 << 3, 1, 0, 0], "bomb.zst")
    let error = #expect(throws: FormatError.self) { try read("bomb.zst") }
    #expect(error?.problem == .malformed("zstd: Frame requires too much memory for decoding"))
    try folder.write([0x28, 0xB5, 0x2F, 0xFD, 0, 17 << 3, 1, 0, 0], "window.zst")
    #expect(try read("window.zst") == [])
  }

  @Test func noRoomIsNoEnd() throws {
    try folder.write(ZstdFrameTests.streamed, "f.zst")
    let source = try ZstdSource(path: folder.file("f.zst"))
    #expect(try source.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0)
    var piece = [UInt8](repeating: 0, count: 100)
    #expect(try piece.withUnsafeMutableBytes { try source.read(into: $0) } == 18)
  }

  @Test(arguments: [1, 3, 100])
  func plainFilesInPieces(piece: Int) throws {
    let source: any ByteSource = try FileSource(path: folder.write(ZstdFrameTests.content, "plain"))
    #expect(try read(source, piece: piece) == ZstdFrameTests.content)
  }

  private func read(_ name: String, piece: Int = 1 << 16) throws -> [UInt8] {
    try read(ZstdSource(path: folder.file(name)), piece: piece)
  }

  private func read(_ source: any ByteSource, piece: Int) throws -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: piece)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return content }
      content += buffer[..<count]
    }
  }
}
