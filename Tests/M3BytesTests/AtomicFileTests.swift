import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("result")
  }

  /// Around the buffer's 256 KiB, in pieces of several sizes.
  @Test(
    arguments: [0, 1, 1000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3 << 18 + 5], [1 << 10, 1 << 17, 1 << 18, 1 << 20])
  func contentInAnyPieces(count: Int, piece: Int) throws {
    var random = Randomness(seed: UInt64(count))
    let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let file = try AtomicFile(path: path)
    for start in stride(from: 0, to: count, by: piece) {
      try file.write(Array(bytes[start..<min(start + piece, count)]))
    }
    #expect(file.byteCount == UInt64(count))
    #expect(try file.commit() == SHA256Digest.of(bytes))
    #expect(try folder.read("result") == bytes)
    #expect(try FilePaths.list(folder.path) == ["result"])
  }

  @Test func nothingIsVisibleBeforeTheCommit() throws {
    try folder.write([1, 2, 3], "result")
    let file = try AtomicFile(path: path)
    try file.write([UInt8](repeating: 7, count: 1 << 19))
    #expect(try folder.read("result") == [1, 2, 3])
    #expect(try FilePaths.list(folder.path) == [".result.tmp", "result"])
    try file.commit()
    #expect(try folder.read("result").count == 1 << 19)
  }

  @Test func aWriterThatIsDroppedLeavesNothing() throws {
    do {
      let file = try AtomicFile(path: path)
      try file.write([1])
    }
    #expect(try FilePaths.list(folder.path) == [])
  }

  @Test func whatAKilledRunLeftIsReplaced() throws {
    try folder.write([UInt8](repeating: 9, count: 100), ".result.tmp")
    try AtomicFile.write([1, 2], to: path)
    #expect(try folder.read("result") == [1, 2])
    #expect(try FilePaths.list(folder.path) == ["result"])
  }

  @Test func aSecondWriterIsRefused() throws {
    let first = try AtomicFile(path: path)
    try first.write([1, 2])
    let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
    #expect(error == FileError(.lock, path: path, errorNumber: EWOULDBLOCK))
    try first.commit()
    #expect(try folder.read("result") == [1, 2])
    // The first still lives, and holds nothing.
    try AtomicFile.write([3], to: path)
    #expect(try folder.read("result") == [3])
    #expect(first.byteCount == 2)
    #expect(try FilePaths.list(folder.path) == ["result"])
  }

  @Test func pipesInTheTemporarysPlaceAreReplaced() throws {
    #expect(mkfifo(folder.file(".result.tmp"), 0o600) == 0)
    try AtomicFile.write([1], to: path)
    #expect(try FilePaths.list(folder.path) == ["result"])
  }

  /// A link in the temporary's place is removed and not followed; one in the result's place is replaced.
  @Test(arguments: [".result.tmp", "result"])
  func plantedLinksAreNotFollowed(name: String) throws {
    try folder.write([5], "victim")
    #expect(symlink(folder.file("victim"), folder.file(name)) == 0)
    try AtomicFile.write([1, 2], to: path)
    #expect(try folder.read("victim") == [5])
    #expect(try folder.read("result") == [1, 2])
    var status = stat()
    #expect(lstat(path, &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFREG)
  }

  /// A link that another process puts there between the removal and the opening cannot be followed either: the file is
  /// made with O_EXCL. Here something that cannot be removed stands there.
  @Test func aFolderInTheTemporarysPlaceIsRefused() throws {
    try FilePaths.makeDirectory(folder.file(".result.tmp/full"))
    let error = #expect(throws: FileError.self) { try AtomicFile(path: path) }
    #expect(error?.operation == .create)
    #expect(try FilePaths.kind(path) == nil)
  }

  /// A disk that gives other bytes back.
  @Test(arguments: [0, 1 << 18, (1 << 19) - 1])
  func bytesAreReadBackBeforeTheyAreShown(place: Int) throws {
    do {
      let file = try AtomicFile(path: path)
      try file.write([UInt8](repeating: 7, count: 1 << 19))
      let descriptor = open(folder.file(".result.tmp"), O_WRONLY)
      #expect(pwrite(descriptor, [8], 1, place) == 1)
      close(descriptor)
      let error = #expect(throws: FormatError.self) { try file.commit() }
      #expect(error?.field == "file read back")
      #expect(error?.file == path)
    }
    #expect(try FilePaths.list(folder.path) == [])
  }

  @Test func aFolderInTheResultsPlaceIsRefused() throws {
    try FilePaths.makeDirectory(folder.file("result/full"))
    let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
    #expect(error?.operation == .rename)
    #expect(try FilePaths.list(folder.path) == ["result"])
  }

  @Test func aMissingFolderIsSaid() throws {
    let error = #expect(throws: FileError.self) { try AtomicFile(path: folder.file("nowhere/result")) }
    #expect(error?.operation == .create)
    #expect(error?.isMissing == true)
  }

  @Test(arguments: [("result", ".result.tmp"), ("/a/b", "/a/.b.tmp"), ("./b", ".b.tmp"), ("/b", "/.b.tmp")])
  func temporaryNames(path: String, expected: String) {
    #expect(AtomicFile.temporaryPath(for: path) == expected)
  }
}
