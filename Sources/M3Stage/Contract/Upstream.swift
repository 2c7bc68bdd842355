import M3Bytes
import M3JSON

/// What a finished stage left for the next one.
public struct Upstream: Sendable {
  /// Outputs of each task, in the order of the tasks.
  public var tasks: [[StageInput]]
  /// The stage's settings: what the next one takes over, such as the token bound.
  public var definition: StageDefinition

  /// Whether a folder is a stage's output folder.
  public static func isStage(_ folder: String) throws -> Bool {
    try FilePaths.kind(StageFolder(folder).planPath) == .file
  }

  /// Reads plan and markers of a finished stage and compares sizes; a task compares the hashes of what it reads.
  ///
  /// - Throws: ``StageError`` `upstreamMissing` where a task is not done, `upstreamStale` where a file is gone or has
  ///   another size.
  public init(folder path: String) throws {
    let folder = StageFolder(path)
    guard let plan = try folder.json(folder.planPath)?.objectValue else {
      throw StageError.upstreamMissing(folder: path, what: "no plan.json")
    }
    guard let name = plan["stage"]?.stringValue, let version = plan["version"]?.integerValue,
      let settings = plan["settings"]?.objectValue, let tasks = plan["tasks"]?.arrayValue
    else {
      throw FormatError(.malformed("not a plan"), field: "plan", file: folder.planPath)
    }
    definition = StageDefinition(name: name, version: Int(version), settings: settings)
    let fingerprint = SHA256Digest.of(JSONValue.object(plan).serialized(.canonical)).description
    self.tasks = []
    for index in tasks.indices {
      let task = StageTask(index: index, count: tasks.count, inputs: [])
      guard let marker = try folder.marker(task) else {
        throw StageError.upstreamMissing(folder: path, what: "task \(task.label) has no marker")
      }
      guard marker.fingerprint == fingerprint else {
        throw StageError.upstreamStale(folder: path, what: "the marker of task \(task.label) is of another plan")
      }
      self.tasks.append(
        try marker.outputs.map { output in
          let file = folder.file(output.name)
          guard try FilePaths.kind(file) == .file, try FilePaths.size(file) == output.byteCount else {
            throw StageError.upstreamStale(folder: path, what: "\(output.name) is gone or has another size")
          }
          return StageInput(name: output.name, path: file, byteCount: output.byteCount, digest: output.digest)
        })
    }
  }
}
