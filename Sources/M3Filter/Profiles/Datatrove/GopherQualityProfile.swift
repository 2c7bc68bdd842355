/// Gopher's quality rules as datatrove's `GopherQualityFilter` applies them to English.
///
/// - SeeAlso: Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training Gopher", A.1.1.
public struct GopherQualityProfile: FilterProfile {
  public let name = "gopher-quality@datatrove"
  public let version = "0.10.1"
  public var rules: [FilterRule] = [
    FilterRule(reason: "gopher_short_doc", setting: "min_doc_words", .atLeast(50)),
    FilterRule(reason: "gopher_long_doc", setting: "max_doc_words", .atMost(100_000)),
    FilterRule(reason: "gopher_below_avg_threshold", setting: "min_avg_word_length", .atLeast(3)),
    FilterRule(reason: "gopher_above_avg_threshold", setting: "max_avg_word_length", .atMost(10)),
    FilterRule(reason: "gopher_too_many_hashes", setting: "max_symbol_word_ratio", .atMost(0.1)),
    FilterRule(reason: "gopher_too_many_ellipsis", setting: "max_symbol_word_ratio", .atMost(0.1)),
    FilterRule(reason: "gopher_too_many_bullets", setting: "max_bullet_lines_ratio", .atMost(0.9)),
    FilterRule(reason: "gopher_too_many_end_ellipsis", setting: "max_ellipsis_lines_ratio", .atMost(0.3)),
    FilterRule(reason: "gopher_below_alpha_threshold", setting: "max_non_alpha_words_ratio", .atLeast(0.8)),
    FilterRule(reason: "gopher_enough_stop_words", setting: "min_stop_words", .atLeast(2)),
  ]

  public init() {}

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let words = text.view(DatatroveWords.self)
    let statistics = words.statistics
    // Words of punctuation alone count for the words' number and mean length only where there are others.
    guard visit(0, Double(statistics.plainCount)), visit(1, Double(statistics.plainCount)) else { return }
    if statistics.plainCount > 0 {
      let mean = Double(statistics.plainLength) / Double(statistics.plainCount)
      guard visit(2, mean), visit(3, mean) else { return }
    }
    guard words.count > 0 else { return }
    let wordCount = Double(words.count)
    text.bytes.withUnsafeBufferPointer { utf8 in
      let bytes = TextBytes(utf8)
      guard visit(4, Double(bytes.count(of: "#")) / wordCount) else { return }
      let ellipses = bytes.count(of: "...") + bytes.count(of: "…")
      guard visit(5, Double(ellipses) / wordCount) else { return }
      let lines = text.view(SplitLines.self).ranges
      let lineCount = Double(lines.count)
      let bullets = lines.count { line in
        let start = bytes.leftStripped(line)
        return bytes.begins(start, with: "•") || bytes.begins(start, with: "-")
      }
      guard visit(6, Double(bullets) / lineCount) else { return }
      let endEllipses = lines.count { line in
        let end = bytes.rightStripped(line)
        return bytes.ends(end, with: "...") || bytes.ends(end, with: "…")
      }
      guard visit(7, Double(endEllipses) / lineCount) else { return }
      guard visit(8, Double(statistics.alphabeticCount) / wordCount) else { return }
      _ = visit(9, Double(statistics.stopWordCount))
    }
  }
}
