import Glibc
import M3Bytes

/// Files in memory that the inputs lie in, for parsers that want a path: each name is used again.
enum ScratchFiles {
  /// `M3_FUZZ_SCRATCH`, or a folder that stays: whoever runs many processes gives each its own.
  private static let folder: String = {
    let folder = environment("M3_FUZZ_SCRATCH") ?? "/dev/shm/m3-fuzz"
    do { try FilePaths.makeDirectory(folder) } catch { fatalError("\(error)") }
    return folder
  }()

  static func path(_ name: String) -> String { FilePaths.join(folder, name) }

  /// A folder in it, made when it is not there.
  static func folder(_ name: String) -> String {
    let path = path(name)
    do { try FilePaths.makeDirectory(path) } catch { fatalError("\(error)") }
    return path
  }

  /// Writes a file over the one before.
  /// - Returns: its path.
  @discardableResult
  static func write(_ bytes: [UInt8], to name: String) -> String {
    let path = path(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { fatalError("cannot write \(path)") }
    defer { close(descriptor) }
    guard bytes.isEmpty || Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      fatalError("cannot write \(path)")
    }
    return path
  }
}
