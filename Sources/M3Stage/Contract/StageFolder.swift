import M3Bytes
import M3JSON

/// Where a stage's results lie, and where its plan, markers and report do.
public struct StageFolder: Sendable {
  /// Results.
  public let path: String
  /// Plan, `_done`, `_runs` and report: the same folder, except for banks, which hold nothing but their own files.
  public let statePath: String

  public init(_ path: String) {
    self.path = path
    statePath = path
  }

  /// A bank's folder, with its state in `NAME.stage` beside it.
  public init(bank path: String) {
    self.path = FilePaths.withoutTrailingSlashes(path)
    statePath = self.path + ".stage"
  }

  public func file(_ name: String) -> String { FilePaths.join(path, name) }
  public var planPath: String { FilePaths.join(statePath, StagePlan.fileName) }
  public var reportPath: String { FilePaths.join(statePath, "report.json") }
  var markerFolder: String { FilePaths.join(statePath, "_done") }
  func markerPath(_ task: StageTask) -> String { FilePaths.join(markerFolder, "\(task.label).json") }
  func lockPath(_ name: String) -> String { FilePaths.join(markerFolder, ".\(name).lock") }
  func lockPath(_ task: StageTask) -> String { lockPath(task.label) }
  var runFolder: String { FilePaths.join(statePath, "_runs") }
  func runPath(_ task: StageTask) -> String { FilePaths.join(runFolder, "\(task.label).json") }

  /// Files larger than this are no plan and no marker.
  private static let maximumStateSize = 1 << 30

  func json(_ path: String) throws -> JSONValue? {
    guard try FilePaths.kind(path) != nil else { return nil }
    do {
      return try JSONValue.parse(ReadableFile.contents(of: path, limit: Self.maximumStateSize))
    } catch let error as FormatError {
      throw error.inFile(path)
    }
  }

  public func hasPlan() throws -> Bool { try FilePaths.kind(planPath) == .file }

  /// The plan that lies in the folder; the paths of its inputs are empty.
  func plan() throws -> StagePlan? {
    do {
      return try json(planPath).map { try StagePlan(json: $0) }
    } catch let error as FormatError {
      throw error.inFile(planPath)
    }
  }

  /// What the stage whose folder it is makes; nil for a folder of no stage.
  /// - Throws: ``FormatError`` for a damaged plan; ``FileError``.
  public func definition() throws -> StageDefinition? { try plan()?.definition }

  func marker(_ task: StageTask) throws -> StageMarker? {
    let path = markerPath(task)
    do {
      return try json(path).map { try StageMarker(json: $0) }
    } catch let error as FormatError {
      throw error.inFile(path)
    }
  }

  /// The marker of a task as the next stage wants it.
  /// - Throws: ``StageError`` `upstreamMissing`, or `upstreamStale` where it is of another plan.
  func finishedMarker(_ task: StageTask, of fingerprint: String) throws -> StageMarker {
    guard let marker = try marker(task) else {
      throw StageError.upstreamMissing(folder: path, what: "task \(task.label) has no marker")
    }
    guard marker.fingerprint == fingerprint else {
      throw StageError.upstreamStale(folder: path, what: "the marker of task \(task.label) is of another plan")
    }
    return marker
  }

  /// Whether a file that a task wrote is there, in its size.
  func holds(_ output: StageOutput) throws -> Bool {
    let path = file(output.name)
    return try FilePaths.kind(path) == .file && FilePaths.size(path) == output.byteCount
  }

  /// - Throws: ``StageError`` `upstreamStale` where a file that the next stage reads is not there, or has another size.
  func requireHeld(_ output: StageOutput) throws {
    guard try holds(output) else {
      throw StageError.upstreamStale(folder: path, what: "\(output.name) is gone or has another size")
    }
  }

  /// The plan whose tasks the report sums up; nil where there is no report, or a damaged one.
  func reportedFingerprint() throws -> String? {
    do {
      return try json(reportPath)?.objectValue?["fingerprint"]?.stringValue
    } catch is FormatError {
      return nil
    }
  }

  /// Names of the markers that are there, of whatever plan.
  func markerNames() throws -> [String] {
    guard try FilePaths.kind(markerFolder) == .directory else { return [] }
    return try FilePaths.list(markerFolder).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
  }

  /// Makes the folders of results and state. Where a user has put them is a user's choice, links included; folders whose
  /// names begin with `_` are a stage's own.
  func create() throws {
    if FilePaths.split(path).name.hasPrefix("_") {
      try FilePaths.makeOwnDirectory(path)
    } else {
      try FilePaths.makeDirectory(path)
    }
    try FilePaths.makeOwnDirectory(markerFolder)
    try FilePaths.makeOwnDirectory(runFolder)
  }
}
