import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite struct FilePathsTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test(arguments: [
    ("a", "b", "a/b"), ("a/", "b", "a/b"), ("/", "b", "/b"), ("", "b", "b"), (".", "b", "b"), ("..", "b", "../b"),
  ])
  func join(folder: String, name: String, expected: String) {
    #expect(FilePaths.join(folder, name) == expected)
  }

  @Test(arguments: [("a", ".", "a"), ("a/b", "a", "b"), ("/b", "/", "b"), ("a/b/c", "a/b", "c"), ("a/", "a", "")])
  func split(path: String, folder: String, name: String) {
    let found = FilePaths.split(path)
    #expect(found.folder == folder)
    #expect(found.name == name)
  }

  @Test func namesInTheOrderOfTheirBytes() throws {
    for name in ["b", "B", "a10", "a9", ".hidden", "é", "e\u{301}", "z"] { try folder.write([], name) }
    let names = try FilePaths.list(folder.path).map { Array($0.utf8) }
    #expect(
      names
        == ["b", "B", "a10", "a9", ".hidden", "é", "e\u{301}", "z"].map { Array($0.utf8) }.sorted {
          $0.lexicographicallyPrecedes($1)
        })
    #expect(names.count == 8)
  }

  @Test func listingWhatIsNoFolder() throws {
    try folder.write([], "file")
    for path in [folder.file("file"), folder.file("nowhere")] {
      let error = #expect(throws: FileError.self) { try FilePaths.list(path) }
      #expect(error?.operation == .list)
      #expect(error?.isMissing == true)
    }
  }

  @Test func kinds() throws {
    try folder.write([1, 2], "file")
    #expect(symlink(folder.file("file"), folder.file("link")) == 0)
    #expect(symlink(folder.file("nowhere"), folder.file("broken")) == 0)
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(try FilePaths.kind(folder.path) == .directory)
    #expect(try FilePaths.kind(folder.file("file")) == .file)
    #expect(try FilePaths.kind(folder.file("link")) == .file)
    #expect(try FilePaths.kind(folder.file("broken")) == nil)
    #expect(try FilePaths.kind(folder.file("pipe")) == .other)
    #expect(try FilePaths.kind(folder.file("file/below")) == nil)
    #expect(try FilePaths.size(folder.file("link")) == 2)
    #expect(throws: FileError(.status, path: folder.file("broken"), errorNumber: ENOENT)) {
      try FilePaths.size(folder.file("broken"))
    }
  }

  @Test func anOwnFolderIsNoLink() throws {
    try FilePaths.makeDirectory(folder.file("elsewhere"))
    #expect(symlink(folder.file("elsewhere"), folder.file("link")) == 0)
    #expect(throws: FileError(.makeDirectory, path: folder.file("link"), errorNumber: ELOOP)) {
      try FilePaths.makeOwnDirectory(folder.file("link"))
    }
    try FilePaths.makeOwnDirectory(folder.file("own"))
    try FilePaths.makeOwnDirectory(folder.file("own"))
    #expect(try FilePaths.kind(folder.file("own")) == .directory)
  }

  @Test func foldersAreMadeWithThoseAbove() throws {
    try FilePaths.makeDirectory(folder.file("a/b/c"))
    #expect(try FilePaths.kind(folder.file("a/b/c")) == .directory)
    try FilePaths.makeDirectory(folder.file("a/b/c"))
    try folder.write([], "file")
    for path in ["file", "file/below"] {
      let error = #expect(throws: FileError.self) { try FilePaths.makeDirectory(folder.file(path)) }
      #expect(error == FileError(.makeDirectory, path: folder.file("file"), errorNumber: ENOTDIR))
    }
  }

  @Test func removing() throws {
    try folder.write([], "file")
    try FilePaths.remove(folder.file("file"))
    try FilePaths.remove(folder.file("file"))
    #expect(try FilePaths.list(folder.path) == [])
    try FilePaths.makeDirectory(folder.file("a"))
    #expect(throws: FileError.self) { try FilePaths.remove(folder.file("a")) }
  }

  @Test func syncingWhatIsNoFolder() throws {
    try FilePaths.syncDirectory(folder.path)
    #expect(throws: FileError(.sync, path: folder.file("nowhere"), errorNumber: ENOENT)) {
      try FilePaths.syncDirectory(folder.file("nowhere"))
    }
  }
}
