import M3Bytes
import M3JSON

/// The markers of the stage before, of which a task looks at those of its own inputs alone. The plan is read once.
public final class UpstreamMarkers {
  private let path: String
  private var known: (plan: StagePlan, fingerprint: String)?

  public init(folder path: String) {
    self.path = path
  }

  /// Compares what a task reads with the markers of the tasks that wrote it.
  ///
  /// - Parameter inputs: as planned; their names are those of the stage before's outputs.
  /// - Throws: ``StageError`` `upstreamMissing` where a marker is not there, `upstreamStale` where it says something else.
  public func require(_ inputs: [StageInput]) throws {
    let folder = StageFolder(path)
    let (plan, fingerprint) = try plan(folder)
    for input in inputs {
      guard let index = taskIndex(of: input.name), plan.tasks.indices.contains(index) else {
        throw StageError.upstreamStale(folder: path, what: "\(input.name) is of no task")
      }
      let marker = try folder.finishedMarker(plan.task(index), of: fingerprint)
      guard let output = marker.outputs.first(where: { $0.name == input.name }), output.digest == input.digest else {
        throw StageError.upstreamStale(folder: path, what: "\(input.name) is not the one that was planned")
      }
      try folder.requireHeld(output)
    }
  }

  private func plan(_ folder: StageFolder) throws -> (plan: StagePlan, fingerprint: String) {
    if let known { return known }
    guard let plan = try folder.plan() else { throw StageError.upstreamMissing(folder: path, what: "no plan.json") }
    let found = (plan: plan, fingerprint: plan.fingerprint)
    known = found
    return found
  }

  /// `part-00007.jsonl.zst` is task 7's.
  private func taskIndex(of name: String) -> Int? {
    name.split(separator: "-", maxSplits: 1).last.flatMap { Int($0.prefix { $0 != "." }) }
  }
}
