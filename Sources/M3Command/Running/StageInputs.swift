import M3Bytes
import M3Records
public import M3Stage

/// A stage's inputs, a task each: another stage's outputs, or files and folders of anyone's.
public enum StageInputs {
  /// One file a task.
  ///
  /// - Parameter suffix: outputs of the stage before that count: `.jsonl.zst`, `.spool.lz4`.
  /// - Throws: ``StageError`` where the stage before is not done; ``FormatError`` where nothing fits.
  public static func parts(of folder: String, suffix: String) throws -> [StageInput] {
    guard try FilePaths.kind(folder) != nil else { throw FileError(.open, path: folder, errorNumber: 2) }
    guard try Upstream.isStage(folder) else {
      return try InputFiles.resolve([folder]).map { try StageInput(name: $0.name, path: $0.path) }
    }
    let parts = try Upstream(folder: folder).tasks.flatMap { outputs in
      outputs.filter { $0.name.hasPrefix("part-") && $0.name.hasSuffix(suffix) }
    }
    guard !parts.isEmpty else { throw StageError.nothingToDo("\(folder): no part-*\(suffix)") }
    return parts
  }
}
