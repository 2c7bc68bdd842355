import M3Bytes
import M3JSON
public import M3Stage

/// The folder of refused records: it belongs to one plan, which its `rejected.json` names, so that two runs cannot mix
/// theirs and no file of a plan that is gone stays among those of another.
public enum RejectedFolder {
  private static let fileName = "rejected.json"

  /// Takes a folder for a plan that is being made.
  /// - Throws: ``StageError`` `changed` where it holds refused records of another plan; ``FileError``.
  public static func claim(_ folder: String, definition: StageDefinition, inputs: [[StageInput]]) throws {
    let owner = owner(definition, inputs)
    let path = FilePaths.join(folder, fileName)
    try FilePaths.makeDirectory(folder)
    if try FilePaths.kind(path) == .file {
      guard try ReadableFile.contents(of: path, limit: 1 << 16) == owner else { throw foreign(folder, fileName) }
      return
    }
    if let file = try FilePaths.list(folder).first(where: RejectedWriter.isFile) { throw foreign(folder, file) }
    try AtomicFile.write(owner, to: path)
  }

  private static func foreign(_ folder: String, _ file: String) -> StageError {
    .changed(folder: folder, differences: ["\(file): of other settings, inputs or tasks"])
  }

  private static func owner(_ definition: StageDefinition, _ inputs: [[StageInput]]) -> [UInt8] {
    let plan = StagePlan(definition: definition, tasks: inputs)
    return JSONValue.object(["plan_sha256": .string(plan.fingerprint)]).serialized(.pretty)
  }
}
