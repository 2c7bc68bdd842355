extension QualityReport: CustomStringConvertible {
  /// What a person reads after a training: lines of text.
  public var description: String {
    var lines = [
      "examples  \(exampleCount) from \(groupCount) documents, \(trainingCount) to train, \(heldOut.count) held out",
      "penalty   \(DecimalText.significant(lambda, 3)) by cross-validation, log loss "
        + DecimalText.fixed(validation.map(\.logLoss).min() ?? heldOut.logLoss, 4),
    ]
    lines.append("held out  \(heldOut.summary)")
    if let uncalibrated { lines.append("  before calibration  \(uncalibrated.summary)") }
    lines.append("score      texts  mean score  mean label")
    for (index, bin) in heldOut.reliability.enumerated() {
      let range = "\(DecimalText.fixed(Double(index) / 10, 1)) – \(DecimalText.fixed(Double(index + 1) / 10, 1))"
      let means =
        bin.count == 0
        ? ["–", "–"] : [DecimalText.fixed(bin.meanScore, 3), DecimalText.fixed(bin.meanLabel, 3)]
      lines.append(
        range + DecimalText.right("\(bin.count)", 7) + DecimalText.right(means[0], 12)
          + DecimalText.right(means[1], 12))
    }
    return lines.joined(separator: "\n")
  }
}

extension QualityFigures {
  /// One line: AUC with its interval, losses, calibration error.
  public var summary: String {
    var parts: [String] = []
    if let area {
      let bounds = [area.interval.lowerBound, area.interval.upperBound].map { DecimalText.fixed($0, 4) }
      parts.append("AUC \(DecimalText.fixed(area.value, 4)) (95 %: \(bounds[0]) – \(bounds[1]))")
    }
    if let spearman { parts.append("Spearman \(DecimalText.fixed(spearman, 3))") }
    parts.append("log loss \(DecimalText.fixed(logLoss, 4))")
    parts.append("Brier \(DecimalText.fixed(brier, 4))")
    parts.append("calibration error \(DecimalText.fixed(calibrationError, 4))")
    return parts.joined(separator: ", ")
  }
}
