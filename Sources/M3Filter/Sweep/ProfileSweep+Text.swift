extension ProfileSweep {
  /// Columns of quantiles in the table.
  private static let shownQuantiles: [(title: String, share: Double)] = [
    ("least", 0), ("5 %", 0.05), ("median", 0.5), ("95 %", 0.95), ("most", 1),
  ]
  /// Columns of thresholds in the table.
  private static let shownLadder = [0.99, 0.95, 0.9, 0.8, 0.5]

  /// Two aligned tables, a line a rule each: how many texts fail, then values and what other thresholds would keep.
  public var table: String {
    let share = textCount == 0 ? 1 : Double(keptCount) / Double(textCount)
    var head = "\(name) \(version): keeps \(keptCount) of \(textCount) texts, \(Self.percent(share))"
    if !isExact { head += "; values of a sample of \(sampleCount)" }
    var lines = [head, ""]
    lines += Self.aligned(
      [["rule", "present", "fails", "", "alone", "", "first", "", "no value"]] + rules.map(failures))
    lines.append("")
    lines += Self.aligned(
      [["rule"] + Self.shownQuantiles.map(\.title) + Self.shownLadder.map { "keep \(Self.percent($0, 0))" }]
        + rules.map(distribution))
    return lines.joined(separator: "\n")
  }

  private func failures(_ sweep: RuleSweep) -> [String] {
    let bound = sweep.rule.bound
    var cells = [
      sweep.rule.setting, "\(bound.relation.rawValue) \(DecimalText.significant(bound.threshold, 4))",
    ]
    for count in [sweep.failing, sweep.failingAlone, sweep.failingFirst] {
      cells += ["\(count)", Self.percent(textCount == 0 ? 0 : Double(count) / Double(textCount))]
    }
    return cells + ["\(sweep.sampleCount - sweep.values.count)"]
  }

  private func distribution(_ sweep: RuleSweep) -> [String] {
    let numbers =
      Self.shownQuantiles.map { sweep.quantile($0.share) } + Self.shownLadder.map { sweep.threshold(keeping: $0) }
    return [sweep.rule.setting] + numbers.map { $0.map { DecimalText.significant($0, 4) } ?? "–" }
  }

  private static func percent(_ share: Double, _ digits: Int = 1) -> String {
    DecimalText.fixed(100 * share, digits) + " %"
  }

  /// The first column begins at the left, the others end at the right; two spaces between.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
    return rows.map { row in
      DecimalText.left(row[0], widths[0])
        + zip(row, widths).dropFirst().map { "  " + DecimalText.right($0, $1) }.joined()
    }
  }
}
