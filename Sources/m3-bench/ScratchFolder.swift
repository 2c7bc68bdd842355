import M3Bytes
import M3Command

#if canImport(Glibc)
  import Glibc
#endif

/// A folder for what a measurement writes; it goes with its last reference.
final class ScratchFolder {
  let path: String

  /// Makes it in `TMPDIR`, and in `/tmp` where that is not set.
  /// - Throws: ``FileError`` `makeDirectory`.
  init() throws(FileError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let pattern = FilePaths.join(parent, "m3-bench.XXXXXX")
    guard let name = strdup(pattern) else { fatalError("no memory for a path") }
    defer { free(name) }
    guard mkdtemp(name) != nil else { throw FileError(.makeDirectory, path: pattern) }
    path = String(cString: name)
  }

  deinit {
    do {
      try ScratchFolder.removeTree(path)
    } catch {
      StandardError.write("\(error)\n")
    }
  }

  func file(_ name: String) -> String { FilePaths.join(path, name) }

  /// Removes a folder and all that is in it; one that is not there is fine.
  /// - Throws: ``FileError``.
  static func removeTree(_ path: String) throws(FileError) {
    guard try FilePaths.kind(path) == .directory else { return try FilePaths.remove(path) }
    for name in try FilePaths.list(path) { try removeTree(FilePaths.join(path, name)) }
    guard rmdir(path) == 0 else { throw FileError(.remove, path: path) }
  }
}
