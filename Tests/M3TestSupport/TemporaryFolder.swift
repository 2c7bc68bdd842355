import Glibc
import M3Bytes

/// A folder of its own for a test, gone with it.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    // In memory where there is such a place: every commit syncs its file.
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/m3-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError(.makeDirectory, path: base) }
    path = String(cString: made)
  }

  deinit { Self.remove(path) }

  private static func remove(_ folder: String) {
    for name in (try? FilePaths.list(folder)) ?? [] {
      let entry = FilePaths.join(folder, name)
      if unlink(entry) != 0 { remove(entry) }
    }
    rmdir(folder)
  }

  package func file(_ name: String) -> String { FilePaths.join(path, name) }

  /// Writes bytes in place, as no tool of the project would.
  /// - Returns: the file's path.
  @discardableResult
  package func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = file(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw FileError(.create, path: path) }
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let wrote = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done) }
      guard wrote > 0 else { throw FileError(.write, path: path) }
      done += wrote
    }
    return path
  }

  package func read(_ name: String) throws -> [UInt8] {
    try ReadableFile.contents(of: file(name), limit: 1 << 28)
  }
}
