import M3Bytes
import M3Streams

/// Finds the input files that a user names.
///
/// Names end in `.jsonl`, `.ndjson`, `.json` (JSON lines all three) or `.txt`, and each may be followed
/// by `.gz`, `.zst` or `.lz4`. A folder is searched to all depths; names that begin with `.` or `_` are
/// passed over, and any other ending in it is an error: nothing is left out silently. In a folder that
/// holds a `part-*.jsonl.zst`, a stage's output, only such files count.
public enum InputFiles {
  /// The files in the order of the bytes of their names.
  ///
  /// A file's name is relative to the folder that was given; a file that was given itself goes by the
  /// last part of its path. Where several paths are given, the names of a folder's files begin with
  /// the last part of its path. So names do not depend on the working folder.
  /// - Throws: ``FileError``; ``FormatError`` `missing` where nothing is found, `unsupported` for an
  ///   unknown ending, `duplicate` for a file that comes twice and for two files of one name.
  public static func resolve(_ paths: [String]) throws -> [InputFile] {
    var search = InputSearch()
    for path in paths {
      let trimmed = withoutTrailingSlashes(path)
      let last = FilePaths.split(trimmed).name
      switch try FilePaths.kind(trimmed) {
      case .directory: try search.addFolder(trimmed, prefix: paths.count > 1 ? last : "")
      case .file: try search.addFile(trimmed, name: last)
      case .other: throw FormatError(.unsupported(found: "neither a file nor a folder"), field: "input", file: path)
      case nil: throw FormatError(.missing("file or folder"), field: "input", file: path)
      }
    }
    let files = search.files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (file, next) in zip(files, files.dropFirst()) where file.name.utf8.elementsEqual(next.name.utf8) {
      throw FormatError(.duplicate("name \(file.name) of \(file.path) and \(next.path)"), field: "input")
    }
    guard !files.isEmpty else {
      throw FormatError(.missing("input files"), field: "input", file: paths.joined(separator: ", "))
    }
    return files
  }

  /// Whether a name is that of a stage's file of references.
  public static func isPart(_ name: String) -> Bool {
    name.hasPrefix("part-") && name.hasSuffix(".jsonl.zst")
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

/// The state of one search.
private struct InputSearch {
  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  var files: [InputFile] = []
  private var seen: [Identity: String] = [:]

  mutating func addFile(_ path: String, name: String) throws {
    guard let format = InputSearch.format(of: name) else {
      let known = InputFormat.endings.map(\.ending).joined(separator: ", ")
      throw FormatError(
        .unsupported(found: "a name that ends in none of \(known), .gz, .zst or .lz4 behind it or not"),
        field: "input", file: path)
    }
    let stamp = try once(path)
    files.append(InputFile(path: path, name: name, format: format, byteCount: stamp.byteCount))
  }

  mutating func addFolder(_ folder: String, prefix: String) throws {
    // A folder that comes twice holds files that come twice, or is a link to one above it.
    _ = try once(folder)
    var names = try FilePaths.list(folder).filter { !$0.hasPrefix(".") && !$0.hasPrefix("_") }
    if names.contains(where: InputFiles.isPart) { names = names.filter(InputFiles.isPart) }
    for name in names {
      let path = FilePaths.join(folder, name)
      let relative = FilePaths.join(prefix, name)
      switch try FilePaths.kind(path) {
      case .directory: try addFolder(path, prefix: relative)
      case .file: try addFile(path, name: relative)
      case .other: throw FormatError(.unsupported(found: "neither a file nor a folder"), field: "input", file: path)
      case nil: throw FormatError(.missing("what the link leads to"), field: "input", file: path)
      }
    }
  }

  private mutating func once(_ path: String) throws -> FileStamp {
    let stamp = try FileStamp(path: path)
    let identity = Identity(device: stamp.device, inode: stamp.inode)
    if let first = seen[identity] {
      throw FormatError(.duplicate("input: the same as \(first)"), field: "input", file: path)
    }
    seen[identity] = path
    return stamp
  }

  private static func format(of name: String) -> InputFormat? {
    let plain = Compression(name: name).ending.map { String(name.dropLast($0.count)) } ?? name
    return InputFormat.endings.first { plain.hasSuffix($0.ending) }?.format
  }
}
