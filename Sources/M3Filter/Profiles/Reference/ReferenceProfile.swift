/// Our own rules, for references of at most 128 tokens in English, Chinese and any other language.
///
/// They drop what is too short, tables of numbers, dumps of symbols, garbled text, lists of titles and links,
/// indexes, frames of pages, and text that repeats itself. No rule asks for marks, words or letters of one language:
/// sentences end at the marks of their own script, a Chinese letter is a letter, and two of them count as a word. A
/// text that was cut within a sentence, and so ends none, is kept where it is running prose.
/// Fractions are of the characters that are not white space. <doc:Profiles> has the distributions by which the bounds
/// were chosen.
public struct ReferenceProfile: FilterProfile {
  public let name = "reference"
  public let version = "2"
  public var rules: [FilterRule]

  /// From how many words on a text without a sentence's end is looked at: a shorter one may lie within one.
  private static let sentenceWords = 25.0

  public init() {
    rules = [
      FilterRule(reason: "words", setting: "min_words", .atLeast(6)),
      FilterRule(reason: "letters", setting: "min_letter_fraction", .atLeast(0.6)),
      FilterRule(reason: "digits", setting: "max_digit_fraction", .atMost(0.25)),
      FilterRule(reason: "symbols", setting: "max_symbol_fraction", .atMost(0.1)),
      FilterRule(reason: "garbled", setting: "max_garbled_fraction", .atMost(0.005)),
      FilterRule(reason: "mean_word_length", setting: "min_mean_word_length", .atLeast(2.5)),
      FilterRule(reason: "mean_word_length", setting: "max_mean_word_length", .atMost(12)),
      FilterRule(reason: "longest_word", setting: "max_longest_word", .atMost(120)),
      FilterRule(reason: "single_letters", setting: "max_single_letter_fraction", .atMost(0.35)),
      FilterRule(reason: "capitals", setting: "max_capital_fraction", .atMost(0.5)),
      FilterRule(reason: "fragments", setting: "max_fragment_fraction", .atMost(0.6)),
      FilterRule(reason: "sentences", setting: "min_prose_fraction", .atLeast(0.5)),
      FilterRule(reason: "repetition", setting: "max_repeated_fraction", .atMost(0.4)),
      FilterRule(reason: "distinct", setting: "min_distinct_fraction", .atLeast(0.25)),
      FilterRule(reason: "boilerplate", setting: "max_boilerplate_phrases_per_100_words", .atMost(2)),
    ]
  }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let counts = ReferenceCounts(text)
    let visible = Double(max(1, counts.visible))
    guard visit(0, counts.words), visit(1, Double(counts.letters) / visible), visit(2, Double(counts.digits) / visible),
      visit(3, Double(counts.symbols) / visible), visit(4, counts.garblings > 1 ? Double(counts.garbled) / visible : 0)
    else { return }
    // Names and terms among Chinese letters are no measure of its words.
    if counts.spacedWords > 0, counts.spacedLetters >= counts.unspaced {
      let spaced = Double(counts.spacedWords)
      let mean = Double(counts.spacedLetters) / spaced
      guard visit(5, mean), visit(6, mean), visit(7, Double(counts.longestRun)) else { return }
      guard visit(8, Double(counts.singleLetters) / spaced) else { return }
    }
    guard visit(9, Double(counts.capitals) / Double(max(1, counts.letters))),
      visit(10, Double(counts.fragments) / visible)
    else { return }
    if counts.sentenceEnds == 0, counts.words >= Self.sentenceWords, counts.unmarked * 2 <= counts.letters {
      guard visit(11, counts.proseShare) else { return }
    }
    let repetition = ReferenceRepetition(counts)
    guard visit(12, repetition.repeatedShare), visit(13, repetition.distinctShare) else { return }
    _ = visit(14, Double(ReferencePhrases.count(in: text)) / max(1, counts.words) * 100)
  }
}
