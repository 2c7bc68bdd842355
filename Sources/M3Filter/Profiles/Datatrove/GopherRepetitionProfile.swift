/// Gopher's repetition rules as datatrove's `GopherRepetitionFilter` applies them to English.
///
/// All fractions are of the text's code points, but for those of lines and paragraphs that are of their number. The
/// characters in duplicate n-grams are those of n-grams that came before, each word counted at most once and spaces
/// not at all.
///
/// - SeeAlso: Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training Gopher", table A1.
public struct GopherRepetitionProfile: FilterProfile {
  public let name = "gopher-repetition@datatrove"
  public let version = "0.10.1"
  public var rules: [FilterRule] = [
    FilterRule(reason: "empty", setting: "text", .atLeast(1)),
    FilterRule(reason: "dup_para_frac", setting: "dup_para_frac", .atMost(0.3)),
    FilterRule(reason: "dup_para_char_frac", setting: "dup_para_char_frac", .atMost(0.2)),
    FilterRule(reason: "dup_line_frac", setting: "dup_line_frac", .atMost(0.3)),
    FilterRule(reason: "dup_line_char_frac", setting: "dup_line_char_frac", .atMost(0.2)),
    FilterRule(reason: "top_2_gram", setting: "top_n_grams", .atMost(0.2)),
    FilterRule(reason: "top_3_gram", setting: "top_n_grams", .atMost(0.18)),
    FilterRule(reason: "top_4_gram", setting: "top_n_grams", .atMost(0.16)),
    FilterRule(reason: "duplicated_5_n_grams", setting: "dup_n_grams", .atMost(0.15)),
    FilterRule(reason: "duplicated_6_n_grams", setting: "dup_n_grams", .atMost(0.14)),
    FilterRule(reason: "duplicated_7_n_grams", setting: "dup_n_grams", .atMost(0.13)),
    FilterRule(reason: "duplicated_8_n_grams", setting: "dup_n_grams", .atMost(0.12)),
    FilterRule(reason: "duplicated_9_n_grams", setting: "dup_n_grams", .atMost(0.11)),
    FilterRule(reason: "duplicated_10_n_grams", setting: "dup_n_grams", .atMost(0.1)),
  ]

  public init() {}

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let scalarCount = text.view(ScalarCount.self).value
    guard visit(0, Double(scalarCount)), scalarCount > 0 else { return }
    let length = Double(scalarCount)
    guard measureLines(text, length, visit) else { return }

    let words = text.view(DatatroveWords.self).hashes
    var repeated = RepeatedWords(words)
    for n in 2...4 {
      guard let topLength = repeated.topLength(n) else { continue }
      guard visit(n + 3, Double(topLength) / length) else { return }
    }
    var duplicates = DuplicateWords(words)
    for n in 5...10 {
      guard visit(n + 3, Double(duplicates.length(n)) / length) else { return }
    }
  }

  /// Returns false where the measuring is to end.
  private func measureLines(
    _ text: FilterText, _ length: Double, _ visit: (_ rule: Int, _ value: Double) -> Bool
  ) -> Bool {
    text.bytes.withUnsafeBufferPointer { utf8 in
      let bytes = TextBytes(utf8)
      let whole = 0..<utf8.count
      var paragraphs = DuplicateRanges()
      bytes.split(bytes.stripped(whole), lineFeeds: 2) { paragraphs.add($0, in: utf8) }
      guard visit(1, Double(paragraphs.duplicateCount) / Double(paragraphs.count)),
        visit(2, Double(paragraphs.duplicateLength) / length)
      else { return false }
      var lines = DuplicateRanges()
      bytes.split(whole, lineFeeds: 1) { lines.add($0, in: utf8) }
      return visit(3, Double(lines.duplicateCount) / Double(lines.count))
        && visit(4, Double(lines.duplicateLength) / length)
    }
  }
}
