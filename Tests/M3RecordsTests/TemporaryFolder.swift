#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Records

/// A folder that goes with the value, and all in it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/m3-records-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { TemporaryFolder.empty(path) }

  private static func empty(_ folder: String) {
    for name in (try? FilePaths.list(folder)) ?? [] {
      let path = FilePaths.join(folder, name)
      if unlink(path) != 0 { empty(path) }
    }
    rmdir(folder)
  }

  /// Writes a file, making the folders above it, and gives its path.
  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = FilePaths.join(path, name)
    try FilePaths.makeDirectory(FilePaths.split(path).folder)
    try AtomicFile.write(bytes, to: path)
    return path
  }

  @discardableResult
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, Array(text.utf8))
  }

  func link(_ name: String, to target: String) {
    let made = symlink(target, FilePaths.join(path, name))
    precondition(made == 0)
  }
}

extension DocumentReader {
  /// All results of a file.
  static func results(
    _ path: String, _ fields: DocumentFields = DocumentFields(), maximumRecordBytes: Int = 64 << 20
  ) throws -> [RecordResult<Document>] {
    let file = try InputFiles.resolve([path])[0]
    let reader = try DocumentReader(file: file, fields: fields, maximumRecordBytes: maximumRecordBytes)
    var results: [RecordResult<Document>] = []
    while let result = try reader.next() { results.append(result) }
    return results
  }
}

extension RecordResult {
  var record: R? {
    if case .record(let record) = self { record } else { nil }
  }

  var bad: (raw: [UInt8], error: FormatError, place: RecordPlace)? {
    if case .bad(let raw, let error, let place) = self { (raw, error, place) } else { nil }
  }
}
