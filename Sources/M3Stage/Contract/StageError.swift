import M3Bytes

/// Why a stage cannot go on; each maps to one exit code.
public enum StageError: Error, Sendable, Equatable {
  /// The folder holds results of other settings or inputs.
  case changed(folder: String, differences: [String])
  /// A task was asked for where there is no plan.
  case notPlanned(folder: String)
  /// The stage before has not finished.
  case upstreamMissing(folder: String, what: String)
  /// What the stage before wrote is not what lies there now.
  case upstreamStale(folder: String, what: String)
  /// An input is not what was planned.
  case inputChanged(path: String, what: String)
  /// The books of a task do not balance.
  case unbalanced(task: String, input: Int, kept: Int, rejected: Int)
  /// Settings or arguments that make no sense together.
  case usage(String)
  /// The input holds nothing to work on.
  case nothingToDo(String)
}

extension StageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .changed(let folder, let differences):
      "\(folder): holds results of other settings or inputs; use another folder or remove it\n"
        + differences.map { "  \($0)" }.joined(separator: "\n")
    case .notPlanned(let folder): "\(folder): no plan.json: call the tool's `plan` first, with the same arguments"
    case .upstreamMissing(let folder, let what): "\(folder): the stage before has not finished: \(what)"
    case .upstreamStale(let folder, let what): "\(folder): changed since the stage before finished: \(what)"
    case .inputChanged(let path, let what): "\(path): changed since the plan was made: \(what)"
    case .unbalanced(let task, let input, let kept, let rejected):
      "task \(task): \(input) records came in, \(kept) were kept and \(rejected) rejected"
    case .usage(let message): message
    case .nothingToDo(let message): message
    }
  }
}
