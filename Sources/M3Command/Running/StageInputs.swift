import M3Bytes
import M3Records
public import M3Stage

/// A stage's inputs: what the stage before left, or files of anyone's.
public enum StageInputs {
  /// Opens the stage before.
  /// - Throws: ``FileError`` where the folder is not there; ``StageError`` where it is not a finished stage's.
  public static func upstream(_ folder: String) throws -> Upstream {
    guard try FilePaths.kind(folder) != nil else { throw FileError(.open, path: folder, errorNumber: 2) }
    return try Upstream(folder: folder)
  }

  /// Files of references, and how many references are in them where that is known.
  ///
  /// - Throws: ``StageError`` where the folder is a stage's that is not done; ``FormatError`` where there is no file.
  public static func references(_ folder: String) throws -> (parts: [StageSource], count: Int?) {
    guard try FilePaths.kind(folder) == .directory && Upstream.isStage(folder) else {
      let files = try InputFiles.resolve([folder])
      return (files.map { StageSource(name: $0.name, path: $0.path, byteCount: $0.byteCount) }, nil)
    }
    let upstream = try upstream(folder)
    let parts = upstream.tasks.joined().filter { InputFiles.isPart($0.name) }
    guard !parts.isEmpty else { throw StageError.nothingToDo("\(folder): no part-*.jsonl.zst") }
    return (Array(parts), upstream.accounts.reduce(0) { $0 + ($1.totals["references"] ?? $1.kept) })
  }
}
