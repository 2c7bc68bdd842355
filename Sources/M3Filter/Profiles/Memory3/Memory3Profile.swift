public import M3JSON

/// The rules of the Memory³ paper (§4.2), for documents.
///
/// The paper names five measures and numbers three of them: fewer than 50 words, a mean word length above 10, 70 % of
/// characters not alphabetic. For the last two it says "disproportionately high" and "too low"; their bounds are
/// chosen here, where 24,000 real documents of 50 words and more part from lists and repetitions. White space is no
/// character here. Words are what ``SegmentedWords`` says: runs of letters, Chinese by ICU's dictionary.
public struct Memory3Profile: FilterProfile {
  public let name = "memory3"
  public let version = "1"
  public var rules: [FilterRule] = [
    FilterRule(reason: "word_count", setting: "min_words", .atLeast(50)),
    FilterRule(reason: "mean_word_length", setting: "max_mean_word_length", .atMost(10)),
    FilterRule(reason: "non_alphabetic_fraction", setting: "max_non_alphabetic_fraction", .below(0.7)),
    FilterRule(reason: "unique_word_fraction", setting: "max_unique_word_fraction", .atMost(0.95)),
    FilterRule(reason: "unigram_entropy", setting: "min_unigram_entropy", .atLeast(2.8)),
  ]

  public init() {}

  public var parameters: JSONObject { .icu }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let words = text.view(SegmentedWords.self)
    let count = Double(words.hashes.count)
    guard visit(0, count) else { return }
    guard visit(1, Double(words.length) / max(1, count)) else { return }
    guard visit(2, 1 - Double(words.letters) / Double(max(1, words.visible))) else { return }
    let unigrams = WordDistribution(words.hashes)
    guard visit(3, Double(unigrams.distinct) / max(1, count)) else { return }
    _ = visit(4, unigrams.entropy)
  }
}
