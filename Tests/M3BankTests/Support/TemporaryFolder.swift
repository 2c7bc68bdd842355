import Glibc
import M3Bytes

/// A folder of its own for a test, gone with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    // In memory where there is such a place: every commit syncs its file.
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/m3bank-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError(.makeDirectory, path: base) }
    path = String(cString: made)
  }

  deinit {
    for name in (try? FilePaths.list(path)) ?? [] {
      let entry = FilePaths.join(path, name)
      if unlink(entry) != 0 { rmdir(entry) }
    }
    rmdir(path)
  }

  func file(_ name: String) -> String { FilePaths.join(path, name) }

  /// Writes bytes in place, as no tool of the project would.
  func write(_ bytes: [UInt8], _ name: String) throws {
    let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw FileError(.create, path: file(name)) }
    defer { close(descriptor) }
    guard bytes.isEmpty || Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw FileError(.write, path: file(name))
    }
  }

  func read(_ name: String) throws -> [UInt8] {
    try ReadableFile.contents(of: file(name), limit: 1 << 24)
  }
}
