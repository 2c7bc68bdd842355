import M3Bytes
import M3Streams

/// The state of one search for input files.
struct InputSearch {
  private(set) var files: [InputFile] = []
  private var seen: [FileIdentity: String] = [:]

  /// Adds a file, or those in a folder.
  /// - Parameters:
  ///   - name: what a file is called.
  ///   - prefix: what the names of a folder's files begin with.
  mutating func add(_ path: String, name: String, prefix: String) throws {
    switch try FilePaths.kind(path) {
    case .directory: try addFolder(path, prefix: prefix)
    case .file: try addFile(path, name: name)
    case .other: throw FormatError(.unsupported(found: "neither a file nor a folder"), field: "input", file: path)
    case nil: throw FormatError(.missing("file or folder"), field: "input", file: path)
    }
  }

  private mutating func addFile(_ path: String, name: String) throws {
    let format: InputFormat
    do { format = try InputFormat(name: name) } catch {
      throw FormatError(error.problem, field: error.field, file: path)
    }
    let stamp = try once(path)
    files.append(InputFile(path: path, name: name, format: format, byteCount: stamp.byteCount))
  }

  private mutating func addFolder(_ folder: String, prefix: String) throws {
    // A folder that comes twice holds files that come twice, or is a link to one above it.
    _ = try once(folder)
    var names = try FilePaths.list(folder).filter { !InputSearch.isPassedOver($0) }
    if names.contains(where: InputFiles.isPart) { names = names.filter(InputFiles.isPart) }
    for name in names {
      let path = FilePaths.join(folder, name)
      let relative = FilePaths.join(prefix, name)
      try add(path, name: relative, prefix: relative)
    }
  }

  /// Whether a name in a folder is not for input: hidden files, and what tools note beside their data.
  static func isPassedOver(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") || name.utf8.first == UInt8(ascii: "_")
  }

  private mutating func once(_ path: String) throws -> FileStamp {
    let stamp = try FileStamp(path: path)
    if let first = seen.updateValue(path, forKey: stamp.identity) {
      throw FormatError(.duplicate("input: the same as \(first)"), field: "input", file: path)
    }
    return stamp
  }
}
