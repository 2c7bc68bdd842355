import M3Bytes
import M3JSON

/// What a finished stage left for the next one.
public struct Upstream: Sendable {
  /// Outputs of each task, in the order of the tasks.
  public var tasks: [[StageSource]]
  /// What each task read.
  public var inputs: [[StageInput]]
  /// The books of each task.
  public var accounts: [StageAccount]
  /// The stage's settings: what the next one takes over, such as the token bound.
  public var definition: StageDefinition

  /// Whether a folder is a stage's output folder.
  public static func isStage(_ folder: String) throws -> Bool {
    try StageFolder(folder).hasPlan()
  }

  /// Reads plan and markers of a finished stage and compares sizes; a task compares the hashes of what it reads.
  ///
  /// - Throws: ``StageError`` `upstreamMissing` where a task or the last step is not done, `upstreamStale` where a file is gone or has
  ///   another size.
  public init(folder path: String) throws {
    let folder = StageFolder(path)
    guard let plan = try folder.plan() else { throw StageError.upstreamMissing(folder: path, what: "no plan.json") }
    definition = plan.definition
    let fingerprint = plan.fingerprint
    inputs = plan.tasks
    tasks = []
    accounts = []
    for index in plan.tasks.indices {
      let task = plan.task(index)
      let marker = try folder.finishedMarker(task, of: fingerprint)
      tasks.append(
        try marker.outputs.map { output in
          try folder.requireHeld(output)
          return StageSource(
            name: output.name, path: folder.file(output.name), byteCount: output.byteCount, digest: output.digest)
        })
      accounts.append(marker.account)
    }
    guard try folder.reportedFingerprint() == fingerprint else {
      throw StageError.upstreamMissing(folder: path, what: "its last step, after which report.json is written")
    }
  }
}
