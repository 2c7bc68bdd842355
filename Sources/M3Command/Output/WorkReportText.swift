public import M3Stage

/// A report for people: a block a stage, and a line for the whole.
public enum WorkReportText {
  public static func text(_ report: WorkReport) -> String {
    var lines = report.stages.flatMap { block($0) + [""] }
    let chains = report.chains
    lines += chains.map { chain in
      line("whole", whole(chain) + (chains.count > 1 ? "; \(chain.end.folder.path)" : ""))
    }
    lines += report.imbalances.map { line("books", "\($0)") }
    lines += report.emptyPaths.map { line("no stage", "in \($0)") }
    return lines.map { "\($0)\n" }.joined()
  }

  private static func block(_ report: StageReport) -> [String] {
    var lines = [line(report.stage.name, report.folder.path)]
    lines.append(line("  tasks", tasks(report)))
    lines.append(line("  in", "\(report.account.input) \(report.stage.takes), \(report.inputByteCount) bytes"))
    lines.append(line("  kept", "\(report.account.kept)" + rejected(report)))
    if !report.account.totals.isEmpty { lines.append(line("  totals", list(report.account.totals))) }
    lines.append(line("  out", output(report)))
    lines.append(line("  cost", cost(report)))
    return lines
  }

  private static func tasks(_ report: StageReport) -> String {
    let count = "\(report.doneCount) of \(report.taskCount), "
    return switch report.state {
    case .finished: count + "finished"
    case .unfinished: count + "\(report.taskCount - report.doneCount) missing"
    case .unclosed: count + "the last step missing"
    }
  }

  private static func rejected(_ report: StageReport) -> String {
    let reasons = report.account.rejected
    return reasons.isEmpty ? ", none rejected" : ", \(report.rejectedCount) rejected: \(list(reasons))"
  }

  private static func output(_ report: StageReport) -> String {
    let text = "\(report.outputByteCount) bytes in \(report.outputCount) \(report.outputCount == 1 ? "file" : "files")"
    return report.lostOutputCount == 0
      ? text : text + ", \(report.lostOutputCount) of them gone or of another size"
  }

  private static func cost(_ report: StageReport) -> String {
    let runs = report.runs
    guard runs.taskCount > 0 else { return report.doneCount > 0 ? "not recorded" : "nothing yet" }
    var text = "\(ClockTime.text(milliseconds: runs.wallMilliseconds)), "
    text += "CPU \(ClockTime.text(milliseconds: runs.cpuMilliseconds))"
    if let share = runs.utilization { text += " (\((100 * share).formatted(decimals: 0)) % of its threads)" }
    text += ", \(runs.peakMemoryBytes >> 20) MiB at most"
    if let rate = runs.recordsPerSecond { text += "; \(rate.formatted(decimals: 1)) \(report.stage.takes) a second" }
    if let rate = runs.tokensPerCPUSecond { text += "; \(rate.formatted(decimals: 0)) tokens a CPU second" }
    return runs.taskCount == report.doneCount ? text : text + "; of \(runs.taskCount) of \(report.doneCount) tasks"
  }

  private static func whole(_ chain: StageChain) -> String {
    var text = chain.counts.map { "\($0.count) \($0.what)" }.joined(separator: " → ")
    if let bytes = chain.bytesPerReference { text += "; \(bytes.formatted(decimals: 0)) bytes a reference" }
    text += chain.imbalances.isEmpty ? "; books balanced" : "; books NOT balanced"
    return chain.unfinished.isEmpty ? text : "\(text) so far; unfinished: \(chain.unfinished.joined(separator: ", "))"
  }

  private static func list(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  private static func line(_ label: String, _ text: String) -> String {
    label + String(repeating: " ", count: max(1, 10 - label.count)) + text
  }
}
