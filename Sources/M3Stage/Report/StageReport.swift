import M3Bytes

/// What a stage did so far: the books, sizes and costs of its tasks that are done.
public struct StageReport: Sendable {
  /// How far a stage has come.
  public enum State: String, Sendable {
    case finished
    /// Tasks are missing.
    case unfinished
    /// All tasks are done, and the last step is not: no report of this plan lies in the folder.
    case unclosed
  }

  public let folder: StageFolder
  public let stage: PipelineStage
  public let state: State
  public let taskCount: Int
  public let doneCount: Int
  /// The sum of the books of the tasks that are done.
  public let account: StageAccount
  public let rejectedCount: Int
  /// Bytes that all tasks read, by the plan; a file that two tasks read counts twice.
  public let inputByteCount: Int
  /// Files that the tasks wrote, and their bytes, by the markers.
  public let outputCount: Int
  public let outputByteCount: Int
  /// Files that are not there any more, or have another size.
  public let lostOutputCount: Int
  public let runs: RunSummary
  /// Contents that each task reads, and those that were written.
  let inputs: [[SHA256Digest]]
  let outputs: [SHA256Digest]

  /// Records that the stage hands on.
  public var givenCount: Int { account.totals["references"] ?? account.kept }

  /// Whether input = kept + rejected.
  public var isBalanced: Bool {
    let (sum, overflow) = account.kept.addingReportingOverflow(rejectedCount)
    return !overflow && sum == account.input
  }

  /// Reads a stage's plan, markers, records of runs and report; files of the results are only looked at.
  ///
  /// - Returns: nil where there is no plan.
  /// - Throws: ``FormatError`` for damaged files, by name; ``StageError`` `changed` for markers of another plan;
  ///   ``FileError``.
  init?(_ folder: StageFolder) throws {
    guard let plan = try folder.plan() else { return nil }
    let fingerprint = plan.fingerprint
    var books = StageBooks()
    for index in plan.tasks.indices {
      let task = plan.task(index)
      guard let marker = try folder.marker(task) else { continue }
      guard marker.fingerprint == fingerprint else {
        throw StageError.changed(
          folder: folder.statePath, differences: marker.differences(from: plan.definition, name: "\(task.label).json"))
      }
      do {
        try books.add(marker, run: folder.runRecord(task), in: folder)
      } catch let error as FormatError {
        throw error.inFile(folder.markerPath(task))
      }
    }
    for step in try folder.steps() {
      guard let plan = try step.plan() else { continue }
      for index in plan.tasks.indices {
        if let run = try step.runRecord(plan.task(index)) { try books.runs.add(step: run) }
      }
    }
    self.folder = folder
    stage = PipelineStage(plan.definition.name)
    taskCount = plan.tasks.count
    doneCount = books.markerCount
    account = books.account
    rejectedCount = books.rejectedCount
    outputCount = books.outputs.count
    outputByteCount = books.outputByteCount
    lostOutputCount = books.lostOutputCount
    runs = books.runs
    inputs = plan.tasks.map { $0.map(\.digest) }
    outputs = books.outputs
    do {
      inputByteCount = try plan.tasks.joined().reduce(0) {
        try $0.adding(Int(clamping: $1.byteCount), field: "plan.tasks")
      }
    } catch let error as FormatError {
      throw error.inFile(folder.planPath)
    }
    if doneCount < taskCount {
      state = .unfinished
    } else {
      state = try folder.hasReport(of: fingerprint, account: account) ? .finished : .unclosed
    }
  }
}

/// Sums over the markers of a stage.
private struct StageBooks {
  var markerCount = 0
  var account = StageAccount()
  var rejectedCount = 0
  var outputs: [SHA256Digest] = []
  var outputByteCount = 0
  var lostOutputCount = 0
  var runs = RunSummary()

  mutating func add(_ marker: StageMarker, run: RunRecord?, in folder: StageFolder) throws {
    markerCount += 1
    account = try account.adding(marker.account)
    rejectedCount = try rejectedCount.adding(marker.account.rejectedCount(), field: "account.rejected")
    if let run { try runs.add(run, marker.account) }
    for output in marker.outputs {
      outputs.append(output.digest)
      outputByteCount = try outputByteCount.adding(Int(clamping: output.byteCount), field: "marker.outputs")
      if try !folder.holds(output) { lostOutputCount += 1 }
    }
  }
}
