public import M3Stage

/// What a stage did, in a few lines on stderr.
public enum StageSummary {
  public static func print(
    _ tool: String, _ summary: StageRunner.Summary, unit: String, output: String, seconds: Double
  ) {
    let account = summary.account
    if summary.performedCount == 0 {
      StandardError.write(
        "\(tool): nothing to do: \(summary.skippedCount) of \(summary.skippedCount) tasks are done in \(output)\n")
      return
    }
    var line = "\(tool): \(account.kept) of \(account.input) \(unit) kept"
    for (reason, count) in account.rejected.sorted(by: { $0.key < $1.key }) { line += ", \(count) \(reason)" }
    for (name, count) in account.totals.sorted(by: { $0.key < $1.key }) { line += "; \(count) \(name)" }
    if summary.skippedCount > 0 { line += "; \(summary.skippedCount) tasks were done before" }
    StandardError.write("\(line); \(seconds.formatted(decimals: 1)) s; in \(output)\n")
  }
}
