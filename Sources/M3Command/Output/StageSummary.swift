import M3Stage

/// What a stage did, in a line.
enum StageSummary {
  /// - Parameter task: the task that was asked for; nil for all.
  static func line(
    _ summary: StageRunner.Summary, unit: String, output: String, task: Int?, seconds: Double
  ) -> String {
    let account = summary.account
    guard summary.performedCount > 0 || summary.didClose else {
      let done =
        task.map { "task \($0) of \(summary.taskCount) is done" }
        ?? "\(summary.skippedCount) of \(summary.taskCount) tasks are done"
      return "nothing to do: \(done) in \(output)"
    }
    var line = task.map { "task \($0) of \(summary.taskCount): " } ?? ""
    line += "\(account.kept) of \(account.input) \(unit) kept"
    for (reason, count) in account.rejected.sorted(by: { $0.key < $1.key }) { line += ", \(count) \(reason)" }
    for (name, count) in account.totals.sorted(by: { $0.key < $1.key }) { line += "; \(count) \(name)" }
    if task == nil, summary.skippedCount > 0 { line += "; \(summary.skippedCount) tasks were done before" }
    return "\(line); \(seconds.formatted(decimals: 1)) s; in \(output)"
  }
}
