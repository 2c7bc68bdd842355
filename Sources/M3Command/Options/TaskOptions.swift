public import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// Which tasks of a stage this process carries out: the contract of job arrays.
public struct TaskOptions: ParsableArguments {
  @Option(
    help: """
      The task to run, from 0. The default is M3_TASK_INDEX, SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX; without any, all \
      tasks run here.
      """)
  public var taskIndex: Int?

  @Option(help: "The number of tasks as the caller believes: refused where the plan has another.")
  public var taskCount: Int?

  @Option(help: "Added to the index, for drivers that limit theirs.")
  public var taskOffset: Int = 0

  @Flag(help: "Prints the indices of the tasks that are not done, one a line, and runs nothing.")
  public var listMissing = false

  public init() {}

  public mutating func validate() throws {
    if let taskIndex, taskIndex < 0 { throw ValidationError("--task-index is a number from 0") }
    if let taskCount, taskCount < 1 { throw ValidationError("--task-count is a number from 1") }
    if taskOffset < 0 { throw ValidationError("--task-offset is a number from 0") }
  }

  /// Names under which drivers give the index, the first one that is set winning.
  static let variables = ["M3_TASK_INDEX", "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"]

  /// The index with the offset; nil where there is none.
  /// - Throws: ``UsageError`` for a variable that is no index.
  package func index() throws -> Int? {
    try index { getenv($0).map { String(cString: $0) } }
  }

  /// - Parameter variable: looks up an environment variable.
  package func index(_ variable: (String) -> String?) throws -> Int? {
    guard let index = try taskIndex ?? Self.variables.lazy.compactMap({ try Self.index($0, variable) }).first else {
      guard taskOffset == 0 else { throw UsageError("--task-offset \(taskOffset) without a task index") }
      return nil
    }
    let (sum, overflow) = index.addingReportingOverflow(taskOffset)
    guard !overflow else { throw UsageError("task \(index) with the offset \(taskOffset) is out of range") }
    return sum
  }

  private static func index(_ name: String, _ variable: (String) -> String?) throws -> Int? {
    guard let text = variable(name), !text.isEmpty else { return nil }
    guard let index = Int(text), index >= 0 else { throw UsageError("\(name)=\(text) is no task index") }
    return index
  }

  /// Refuses an index or a count that is not the plan's.
  /// - Throws: ``UsageError``.
  func check(index: Int?, planned: Int) throws {
    if let taskCount, taskCount != planned {
      throw UsageError("--task-count \(taskCount): the plan has \(planned) tasks")
    }
    if let index, index >= planned {
      throw UsageError("task \(index): the plan has \(planned) tasks, from 0")
    }
  }
}
