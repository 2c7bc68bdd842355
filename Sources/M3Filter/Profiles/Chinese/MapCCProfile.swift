public import M3JSON

/// The rules of MAP-CC, the corpus of Chinese Tiny LLM: `filter/filter.py` of May 2024.
///
/// Full-width marks are mapped to half-width ones, links are taken out, lines that fail the line rules are set aside,
/// and the rules measure what remains. Words are ICU's; the source's are jieba's, so a mean word length may differ by
/// some hundredths. The reasons are the source's own words.
///
/// Where the published code does less than it says, the profile does what it says: the code never calls its line
/// rules, compares a line's last character with ellipses of two characters, and never refuses a text for its repeated
/// n-grams. Left out are its lists of words and sites and its fastText score; ``LanguageProfile`` stands for the
/// last.
///
/// Repetition is by characters: of the most frequent 2-, 3- or 4-gram the characters of all occurrences but one,
/// overlapping ones again; for 5 to 10 the *distinct* characters of the repeated n-grams; each over the text's
/// characters.
public struct MapCCProfile: FilterProfile {
  public let name = "map-cc"
  public let version = "2024-05-10"
  public var rules: [FilterRule]

  public init() {
    let words = "Word count less than 50 or larger than 10000"
    let length = "Mean word length less than 1.3 or larger than 10"
    rules = [
      FilterRule(reason: "bracket ratio", setting: "max_bracket_ratio", .atMost(0.1)),
      FilterRule(reason: "No terminal punctuation in line", setting: "min_lines", .atLeast(1)),
      FilterRule(reason: "Number of senteces less than 1", setting: "min_sentences", .above(1)),
      FilterRule(reason: words, setting: "min_characters", .atLeast(50)),
      FilterRule(reason: words, setting: "max_characters", .atMost(10_000)),
      FilterRule(reason: length, setting: "min_mean_word_length", .atLeast(1.3)),
      FilterRule(reason: length, setting: "max_mean_word_length", .atMost(10)),
      FilterRule(reason: "Hash tag ratios exceeding 0.1", setting: "max_hash_ratio", .atMost(0.1)),
      FilterRule(reason: "Ellipsis ratios exceeding 0.1", setting: "max_ellipsis_ratio", .atMost(0.1)),
      FilterRule(reason: "Digit over non_punctuation words", setting: "max_digit_ratio", .atMost(0.3)),
      FilterRule(reason: "Lines ending with readmore etc.", setting: "max_read_more_lines", .atMost(0.3)),
      FilterRule(reason: "Line starting with bullet point", setting: "max_bullet_lines", .atMost(0.9)),
      FilterRule(reason: "Punctuation ratio", setting: "min_punctuation_ratio", .above(0)),
      FilterRule(reason: "Unique words fraction", setting: "min_unique_characters", .above(0.1)),
      FilterRule(reason: "Entropy of unigram distribution", setting: "min_character_entropy", .atLeast(3)),
    ]
    rules += [(2, 0.2), (3, 0.18), (4, 0.16)].map {
      FilterRule(reason: "characters in the top word \($0)gram", setting: "max_top_\($0)gram", .atMost($1))
    }
    rules += (5...10).map {
      FilterRule(
        reason: "characters in duplicate word \($0)grams", setting: "max_duplicate_\($0)gram", .atMost(0.6))
    }
  }

  public var parameters: JSONObject { .icu }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    guard visit(0, MapCCText.bracketRatio(text)) else { return }
    let cleaned = MapCCText.cleaned(text.view(CodePoints.self).values)
    let kept = MapCCLines.kept(of: cleaned)
    guard visit(1, Double(kept.count)) else { return }
    let measured = MapCCText(Array(kept.joined(separator: [0x0A])))
    for rule in 2..<rules.count {
      guard visit(rule, measured.value(rule - 2)) else { return }
    }
  }
}
