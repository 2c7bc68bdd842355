#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Streams
import Testing

/// Streams of more than one block, window and buffer.
struct LargeStreamTests {
  private let folder = TemporaryFolder()

  /// Ten million bytes that compress somewhat.
  private static let text: [UInt8] = {
    var state: UInt64 = 7
    return (0..<10_000_000).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return index % 3 == 0 ? UInt8(state >> 56) : UInt8(ascii: "a") + UInt8(index % 26)
    }
  }()

  @Test func lz4ComesBack() throws {
    let path = "\(folder.path)/spool.lz4"
    let writer = try LZ4Writer(path: path)
    try writer.write(LargeStreamTests.text)
    let (digest, byteCount) = try writer.commit()
    #expect(try SHA256Digest.ofFile(path) == digest)
    #expect(try FilePaths.size(path) == byteCount)
    #expect(try LZ4Source(path: path).contents(pieceSize: 100_003) == LargeStreamTests.text)
    #expect(try FilePaths.list(folder.path) == ["spool.lz4"])
  }

  @Test func lz4DoesNotDependOnThePieces() throws {
    let text = LargeStreamTests.text
    var digests: Set<SHA256Digest> = []
    for size in [text.count, 4 << 20, 1 << 20, 999_983, 65_536, 4_099] {
      let writer = try LZ4Writer(path: "\(folder.path)/spool.lz4")
      for start in stride(from: 0, to: text.count, by: size) {
        try writer.write(Array(text[start..<min(text.count, start + size)]))
      }
      digests.insert(try writer.commit().digest)
    }
    #expect(digests.count == 1)
  }

  @Test func lz4OfNothing() throws {
    let writer = try LZ4Writer(path: "\(folder.path)/empty.lz4")
    try writer.write([])
    _ = try writer.commit()
    #expect(try InputStreams.open("\(folder.path)/empty.lz4").contents() == [])
  }

  @Test func aWriterThatIsDroppedLeavesNothing() throws {
    do {
      let writer = try LZ4Writer(path: "\(folder.path)/spool.lz4")
      try writer.write(LargeStreamTests.text)
    }
    #expect(try FilePaths.list(folder.path).isEmpty)
  }

  /// Runs a tool of the system.
  private func run(_ arguments: [String]) throws {
    var process = pid_t()
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let started = posix_spawnp(&process, arguments[0], nil, nil, &pointers, nil)
    try #require(started == 0)
    var status: Int32 = 0
    let ended = waitpid(process, &status, 0)
    try #require(ended == process && status == 0)
  }

  @Test func gzipComesBack() throws {
    let path = try folder.file("large.txt", LargeStreamTests.text)
    try run(["gzip", "-1", path])
    #expect(try InputStreams.open(path + ".gz").contents(pieceSize: 100_003) == LargeStreamTests.text)
    let bytes = try ReadableFile.contents(of: path + ".gz", limit: 1 << 30)
    for cut in [1, 8, 100_000, bytes.count / 2] {
      let cutPath = try folder.file("cut.gz", Array(bytes.dropLast(cut)))
      let error = #expect(throws: FormatError.self) { try InputStreams.open(cutPath).contents() }
      #expect(error?.problem == .truncated(needed: 1, available: 0))
      #expect(error?.byteOffset == UInt64(bytes.count - cut))
    }
  }

  @Test func damageInsideALargeFileIsFound() throws {
    let writer = try LZ4Writer(path: "\(folder.path)/spool.lz4")
    try writer.write(LargeStreamTests.text)
    _ = try writer.commit()
    var bytes = try ReadableFile.contents(of: "\(folder.path)/spool.lz4", limit: 1 << 30)
    for place in [20, bytes.count / 3, bytes.count / 2, bytes.count - 10] {
      bytes[place] ^= 0x10
      let path = try folder.file("damaged.lz4", bytes)
      #expect(throws: FormatError.self) { try InputStreams.open(path).contents() }
      bytes[place] ^= 0x10
    }
  }
}
