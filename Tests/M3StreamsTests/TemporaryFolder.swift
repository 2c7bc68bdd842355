#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes

/// A folder that goes with the value.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/m3-streams-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit {
    for name in (try? FilePaths.list(path)) ?? [] { unlink(FilePaths.join(path, name)) }
    rmdir(path)
  }

  /// Writes a file and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = FilePaths.join(path, name)
    try AtomicFile.write(bytes, to: path)
    return path
  }
}

extension ByteSource {
  /// All bytes, read `pieceSize` at a time.
  func contents(pieceSize: Int = 1 << 16) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceSize)
    while true {
      let count = try piece.withUnsafeMutableBytes { try read(into: $0) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }
}
