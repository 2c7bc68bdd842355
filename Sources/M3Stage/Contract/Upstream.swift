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
    try FilePaths.kind(StageFolder(folder).planPath) == .file
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
      guard let marker = try folder.marker(task) else {
        throw StageError.upstreamMissing(folder: path, what: "task \(task.label) has no marker")
      }
      guard marker.fingerprint == fingerprint else {
        throw StageError.upstreamStale(folder: path, what: "the marker of task \(task.label) is of another plan")
      }
      tasks.append(
        try marker.outputs.map { output in
          let file = folder.file(output.name)
          guard try FilePaths.kind(file) == .file, try FilePaths.size(file) == output.byteCount else {
            throw StageError.upstreamStale(folder: path, what: "\(output.name) is gone or has another size")
          }
          return StageSource(name: output.name, path: file, byteCount: output.byteCount, digest: output.digest)
        })
      accounts.append(marker.account)
    }
    guard try folder.reportedFingerprint() == fingerprint else {
      throw StageError.upstreamMissing(folder: path, what: "its last step, after which report.json is written")
    }
  }
}
