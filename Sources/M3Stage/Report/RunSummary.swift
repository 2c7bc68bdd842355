import M3Bytes

/// What the tasks of a stage cost together, as far as their records are there.
public struct RunSummary: Sendable, Equatable {
  /// Tasks whose record is there.
  public private(set) var taskCount = 0
  /// Records that those tasks read.
  public private(set) var inputCount = 0
  /// Tokens that those tasks counted; nil where the stage counts none.
  public private(set) var tokenCount: Int?
  /// Sum over the tasks, which may have run side by side.
  public private(set) var wallMilliseconds = 0
  public private(set) var cpuMilliseconds = 0
  /// Sum over the tasks of their time on the clock times their threads.
  public private(set) var threadMilliseconds = 0
  /// The largest of any task's process.
  public private(set) var peakMemoryBytes = 0

  /// Nil where too little time passed to measure.
  public var recordsPerSecond: Double? {
    wallMilliseconds > 0 ? Double(inputCount) * 1000 / Double(wallMilliseconds) : nil
  }

  /// Nil where no tokens were counted, and where too little time passed to measure.
  public var tokensPerCPUSecond: Double? {
    guard let tokenCount, cpuMilliseconds > 0 else { return nil }
    return Double(tokenCount) * 1000 / Double(cpuMilliseconds)
  }

  /// CPU time of the threads' time on the clock; nil where too little passed to measure. What is missing from 1 is waiting:
  /// for a disk, for another thread, or for a core that other work has.
  public var utilization: Double? {
    threadMilliseconds > 0 ? Double(cpuMilliseconds) / Double(threadMilliseconds) : nil
  }

  /// - Throws: ``FormatError`` `overflow`.
  mutating func add(_ run: RunRecord, _ account: StageAccount) throws(FormatError) {
    taskCount += 1
    inputCount = try inputCount.adding(account.input, field: "account.input")
    if let tokens = account.totals["tokens"] {
      tokenCount = try (tokenCount ?? 0).adding(tokens, field: "account.totals")
    }
    try add(step: run)
  }

  /// Adds what a task of one of the stage's own steps cost: its records are the stage's, which are counted once.
  /// - Throws: ``FormatError`` `overflow`.
  mutating func add(step run: RunRecord) throws(FormatError) {
    wallMilliseconds = try wallMilliseconds.adding(run.wallMilliseconds, field: "run.wall_milliseconds")
    cpuMilliseconds = try cpuMilliseconds.adding(run.cpuMilliseconds, field: "run.cpu_milliseconds")
    let (threads, overflow) = run.wallMilliseconds.multipliedReportingOverflow(by: run.workers)
    guard !overflow else { throw FormatError(.overflow, field: "run.workers") }
    threadMilliseconds = try threadMilliseconds.adding(threads, field: "run.workers")
    peakMemoryBytes = max(peakMemoryBytes, run.peakMemoryBytes)
  }
}

extension Int {
  /// The sum of numbers that come from files.
  /// - Throws: ``FormatError`` `overflow`.
  func adding(_ other: Int, field: String) throws(FormatError) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    guard !overflow else { throw FormatError(.overflow, field: field) }
    return sum
  }
}

extension StageAccount {
  /// The sum of books that come from files.
  /// - Throws: ``FormatError`` `overflow`.
  func adding(_ other: StageAccount) throws(FormatError) -> StageAccount {
    var sum = self
    sum.input = try input.adding(other.input, field: "account.input")
    sum.kept = try kept.adding(other.kept, field: "account.kept")
    for (reason, count) in other.rejected {
      sum.rejected[reason] = try (rejected[reason] ?? 0).adding(count, field: "account.rejected")
    }
    for (name, count) in other.totals {
      sum.totals[name] = try (totals[name] ?? 0).adding(count, field: "account.totals")
    }
    return sum
  }

  /// Records rejected for any reason, in books that come from files.
  /// - Throws: ``FormatError`` `overflow`.
  func rejectedCount() throws(FormatError) -> Int {
    var sum = 0
    for count in rejected.values { sum = try sum.adding(count, field: "account.rejected") }
    return sum
  }
}
