import M3Command
import M3Dedupe

/// An explanation for people.
enum ExplanationText {
  private static let shownMembers = 20

  static func lines(_ explanation: TextExplanation) -> [String] {
    var lines = [outcome(explanation)]
    if explanation.droppedCount > 0 {
      lines.append("dropped in favour of \(explanation.kept): \(explanation.droppedCount)")
      lines += explanation.dropped.prefix(shownMembers).map { "  \($0.id)\(similarity($0))" }
      let left = explanation.droppedCount - min(shownMembers, explanation.dropped.count)
      if left > 0 { lines.append("  and \(left) more") }
    }
    if !explanation.isKept {
      let missing = "(the text is not there: --input names what was read)"
      lines += ["", "\(explanation.id):", explanation.droppedText ?? missing]
    }
    return lines + ["", "\(explanation.kept):", explanation.keptText ?? ""]
  }

  private static func outcome(_ explanation: TextExplanation) -> String {
    guard let entry = explanation.entry else {
      return explanation.droppedCount == 0
        ? "\(explanation.id): kept; nothing was dropped in favour of it" : "\(explanation.id): kept"
    }
    let what = entry.isExact ? "the same text as" : "a near-duplicate of"
    return "\(entry.id): dropped, \(what) \(explanation.kept)\(similarity(entry))"
  }

  private static func similarity(_ member: TextExplanation.Member) -> String {
    if member.isExact { return " (the same text)" }
    return member.similarity.map { " (Jaccard \($0.formatted(decimals: 4)))" } ?? ""
  }
}
