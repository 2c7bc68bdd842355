import M3Bytes

/// Finds the input files that a user names: files, folders and patterns.
///
/// Names end in `.jsonl`, `.ndjson`, `.json` (JSON lines all three) or `.txt`, and each may be followed
/// by `.gz`, `.zst` or `.lz4`. A folder is searched to all depths; names that begin with `.` or `_` are
/// passed over, and any other ending in it is an error: nothing is left out silently. In a folder that
/// holds a `part-*.jsonl.zst`, a stage's output, only such files count.
///
/// A path that leads nowhere and holds `*`, `?` or `[` is a pattern. In it `**` stands for folders to any
/// depth, none included, and the rest is `fnmatch`'s: `*` and `?` match no `/`, and a `.` or `_` at the start of
/// a name must stand in the pattern. A folder that matches is searched.
public enum InputFiles {
  /// The files in the order of the bytes of their names.
  ///
  /// A file's name is relative to the folder that was given, or to the folders before a pattern's first wildcard; a file
  /// that was given itself goes by the last part of its path. Where several paths are given, the names of a folder's and
  /// of a pattern's files begin with the last part of that folder. So names do not depend on the working folder.
  /// - Throws: ``FileError``; ``FormatError`` `missing` where nothing is found or a pattern matches nothing,
  ///   `unsupported` for an unknown ending, `duplicate` for a file that comes twice and for two files of one name.
  public static func resolve(_ paths: [String]) throws -> [InputFile] {
    var search = InputSearch()
    for path in paths {
      let trimmed = FilePaths.withoutTrailingSlashes(path)
      if try FilePaths.kind(trimmed) == nil, let pattern = InputPattern(trimmed) {
        let prefix = paths.count > 1 ? FilePaths.split(FilePaths.withoutTrailingSlashes(pattern.folder)).name : ""
        for match in try pattern.matches() {
          let name = FilePaths.join(prefix, match)
          try search.add(pattern.path(of: match), name: name, prefix: name)
        }
      } else {
        let last = FilePaths.split(trimmed).name
        try search.add(trimmed, name: last, prefix: paths.count > 1 ? last : "")
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

  /// Whether files that a stage writes into a folder would be found by a pattern; false for a path that is none.
  /// - Parameter resolve: gives a path without links.
  package static func pattern(_ path: String, covers folder: String, from resolve: (String) -> String) -> Bool {
    guard let pattern = InputPattern(FilePaths.withoutTrailingSlashes(path)) else { return false }
    let root = resolve(pattern.folder)
    let prefix = root == "/" ? root : root + "/"
    guard folder.hasPrefix(prefix) else { return false }
    let place = folder.dropFirst(prefix.count).split(separator: "/").map(String.init)
    return pattern.covers(place[...]) || pattern.covers((place + ["part-00000.jsonl.zst"])[...])
  }

  /// Whether a name is that of a stage's file of references.
  public static func isPart(_ name: String) -> Bool {
    name.hasPrefix("part-") && name.hasSuffix(".jsonl.zst")
  }
}
