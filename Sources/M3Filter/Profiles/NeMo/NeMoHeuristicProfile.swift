/// The English cascade of NeMo Curator: `config/heuristic_filter_en.yaml` with the filters of that version, in its
/// order.
///
/// Words are what white space parts, a "sentence" is a line that is not blank, a "paragraph" what blank lines part.
/// End marks are ASCII's, so Chinese text fails. The share of the most frequent n-gram is what the text loses when
/// the n-gram, joined by single spaces, is taken out of it; repeated 5- to 10-grams count each character once, with
/// the spaces between words, from the second occurrence on. Among equally frequent n-grams the source takes whichever
/// its hash table gives first; here it is the first of the text. Where the source divides by no words or no lines,
/// which it does not survive, the value is not a number and the text is rejected.
public struct NeMoHeuristicProfile: FilterProfile {
  public let name = "heuristic-en@nemo"
  public let version = "0.10.0rc0"
  public var rules: [FilterRule]

  public init() {
    func rule(_ reason: String, _ setting: String, _ bound: FilterBound) -> FilterRule {
      FilterRule(reason: reason, setting: setting, bound)
    }
    rules = [
      rule("alpha_numeric", "max_non_alpha_numeric_to_text_ratio", .atMost(0.25)),
      rule("symbol_to_word", "max_symbol_to_word_ratio", .atMost(0.1)),
      rule("numbers_ratio", "max_number_to_text_ratio", .atMost(0.15)),
      rule("urls_ratio", "max_url_to_text_ratio", .atMost(0.2)),
      rule("white_space", "max_white_space_ratio", .atMost(0.25)),
      rule("parentheses_ratio", "max_parentheses_ratio", .atMost(0.1)),
      rule("boilerplate_string_ratio", "max_boilerplate_string_ratio", .atMost(0.4)),
      rule("repeated_lines", "max_repeated_line_fraction", .atLeast(0.7)),
      rule("repeated_paragraphs", "max_repeated_paragraphs_ratio", .atLeast(0.7)),
      rule("repeated_lines_char", "max_repeated_lines_char_ratio", .atLeast(0.8)),
      rule("repeated_paragraphs_char", "max_repeated_paragraphs_char_ratio", .atLeast(0.8)),
      rule("word_count", "min_words", .atLeast(50)),
      rule("word_count", "max_words", .atMost(100_000)),
      rule("punctuation", "max_num_sentences_without_endmark_ratio", .atMost(0.85)),
      rule("words_without_alphabets", "min_words_with_alphabets", .atLeast(0.8)),
      rule("common_english_words", "min_num_common_words", .atLeast(2)),
      rule("mean_word_length", "min_mean_word_length", .atLeast(3)),
      rule("mean_word_length", "max_mean_word_length", .atMost(10)),
      rule("max_word_length", "max_word_length", .atMost(1000)),
      rule("ellipsis", "max_num_lines_ending_with_ellipsis_ratio", .atMost(0.3)),
    ]
    rules += [(2, 0.2), (3, 0.18), (4, 0.16)].map {
      rule("repeating_top_\($0)grams", "max_repeating_\($0)gram_ratio", .atMost($1))
    }
    rules += [(5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1)].map {
      rule("repeating_dup_\($0)gram", "max_repeating_duplicate_\($0)gram_ratio", .atMost($1))
    }
    rules.append(rule("bullet_ratio", "max_bullet_lines_ratio", .atMost(0.9)))
  }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    var next = 0
    func keepsOn(_ values: Double...) -> Bool {
      for value in values {
        guard visit(next, value) else { return false }
        next += 1
      }
      return true
    }
    let characters = NeMoCharacters(text)
    let symbols = NeMoWords.symbolRatio(text)
    guard
      keepsOn(
        characters.notAlphanumeric, symbols, characters.digits, characters.links, characters.spaces,
        characters.parentheses)
    else { return }
    let paragraphs = NeMoParagraphs(text)
    let lines = NeMoLines(text)
    guard
      keepsOn(
        paragraphs.boilerplateRatio, lines.distinctRatio, paragraphs.distinctRatio, lines.distinctCharacterRatio,
        paragraphs.distinctCharacterRatio)
    else { return }
    let words = NeMoWords(text)
    guard
      keepsOn(
        words.count, words.count, lines.noEndMarkRatio, words.alphabeticRatio, words.commonCount, words.meanLength,
        words.meanLength, words.longest, lines.ellipsisRatio)
    else { return }
    var ngrams = NeMoNGrams(text)
    for _ in 2...10 {
      guard keepsOn(ngrams.nextShare()) else { return }
    }
    _ = keepsOn(lines.bulletRatio)
  }
}
