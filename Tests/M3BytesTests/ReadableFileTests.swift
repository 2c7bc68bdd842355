import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite struct ReadableFileTests {
  let folder: TemporaryFolder
  let file: ReadableFile
  static let bytes = (0..<100).map { UInt8($0) }

  init() throws {
    folder = try TemporaryFolder()
    file = try ReadableFile(path: folder.write(Self.bytes, "file"))
  }

  @Test func anyRange() throws {
    #expect(file.size == 100)
    for start in 0...101 {
      for count in [0, 1, 50, 99, 100, 101, 1000] {
        let expected = Array(Self.bytes[min(start, 100)..<min(start + count, 100)])
        #expect(try file.read(upTo: count, at: UInt64(start)) == expected)
        if start + count <= 100 {
          #expect(try file.read(exactly: count, at: UInt64(start), field: "f") == expected)
        }
      }
    }
  }

  /// A length that the file does not have is refused before there is room for it.
  @Test(
    arguments: [(0, 101, 100), (99, 2, 1), (100, 1, 0), (101, 1, 0), (5, Int.max, 95), (UInt64.max, 1, 0)]
      as [(UInt64, Int, UInt64)])
  func exactReadsBeyondTheEnd(offset: UInt64, count: Int, available: UInt64) {
    let error = #expect(throws: FormatError.self) { try file.read(exactly: count, at: offset, field: "f") }
    #expect(error?.problem == .truncated(needed: UInt64(count), available: available))
    #expect(error?.byteOffset == offset)
    #expect(error?.file == file.path)
  }

  @Test func offsetsThatNoFileHas() {
    let error = #expect(throws: FileError.self) { try file.read(upTo: 1, at: 1 << 63) }
    #expect(error == FileError(.read, path: file.path, errorNumber: EINVAL))
  }

  @Test func aFileThatShrinksIsAShortRead() throws {
    #expect(truncate(file.path, 10) == 0)
    #expect(file.size == 100)
    #expect(try file.currentSize() == 10)
    #expect(try file.read(upTo: 100, at: 0).count == 10)
    let error = #expect(throws: FormatError.self) { try file.read(exactly: 20, at: 0, field: "f") }
    #expect(error?.problem == .truncated(needed: 20, available: 10))
  }

  @Test func wholeFilesHaveALimit() throws {
    #expect(try ReadableFile.contents(of: file.path, limit: 100) == Self.bytes)
    let error = #expect(throws: FormatError.self) { try ReadableFile.contents(of: file.path, limit: 99) }
    #expect(error?.problem == .outOfRange(found: "100 bytes", allowed: "99"))
  }

  /// At once, without waiting for somebody who writes.
  @Test func aPipeIsRefused() throws {
    let pipe = folder.file("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let error = #expect(throws: FileError.self) { try ReadableFile(path: pipe) }
    #expect(error == FileError(.open, path: pipe, errorNumber: ESPIPE))
  }

  @Test func whatCannotBeOpened() {
    #expect(throws: FileError(.open, path: folder.path, errorNumber: EISDIR)) { try ReadableFile(path: folder.path) }
    #expect(throws: FileError(.open, path: folder.file("nowhere"), errorNumber: ENOENT)) {
      try ReadableFile(path: folder.file("nowhere"))
    }
  }

  /// Opening it must not wait for a writer, who may never come.
  @Test func pipesAndDevicesAreRefused() {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for path in [folder.file("pipe"), "/dev/zero"] {
      let error = #expect(throws: FileError.self) { try ReadableFile(path: path) }
      #expect(error == FileError(.open, path: path, errorNumber: ESPIPE))
      #expect(error.map { "\($0)" } == "\(path): cannot open: neither a file nor a folder")
    }
  }
}
