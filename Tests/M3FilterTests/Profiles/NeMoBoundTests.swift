import M3Filter
import Testing

/// Each bound of `heuristic-en@nemo` from both sides.
@Suite struct NeMoBoundTests {
  private static let words = Texts.words(200)

  /// `marked` of `count` parts changed, all others distinct.
  private static func parts(
    _ marked: Int, of count: Int, by separator: String, _ change: (String) -> String
  ) -> String {
    words.prefix(count).enumerated().map { $0 < marked ? change($1) : $1 }.joined(
      separator: separator)
  }

  @Test(arguments: [
    BoundCase("max_non_alpha_numeric_to_text_ratio", 0.25, kept: true, "abc abc-"),
    BoundCase("max_non_alpha_numeric_to_text_ratio", 0.375, kept: false, "abc ab--"),
    BoundCase("max_symbol_to_word_ratio", 0.1, kept: true, parts(1, of: 10, by: " ") { _ in "#" }),
    BoundCase(
      "max_symbol_to_word_ratio", 0.2, kept: false, parts(2, of: 10, by: " ") { _ in "..." }),
    // Runs of the mark count, not marks.
    BoundCase("max_symbol_to_word_ratio", 0, kept: true, parts(5, of: 10, by: " ") { _ in "##" }),
    BoundCase("max_number_to_text_ratio", 0.15, kept: true, "abcdefghijklmnopq123"),
    BoundCase("max_number_to_text_ratio", 0.2, kept: false, "abcdefghijklmnop1234"),
    BoundCase("max_number_to_text_ratio", 0, kept: true, "٣٤"),
    BoundCase(
      "max_url_to_text_ratio", 0.2, kept: true, "http://a/\"" + String(repeating: "b", count: 35)),
    BoundCase(
      "max_url_to_text_ratio", 0.25, kept: false, "https://a/\"" + String(repeating: "b", count: 29)
    ),
    BoundCase("max_white_space_ratio", 0.25, kept: true, "ab c\u{A0}de "),
    BoundCase("max_white_space_ratio", 0.5, kept: false, "a\tb\n"),
    BoundCase("max_parentheses_ratio", 0.1, kept: true, "(abcdefghi"),
    BoundCase("max_parentheses_ratio", 0.2, kept: false, "{abcdefgh⟩"),
    BoundCase(
      "max_boilerplate_string_ratio", 0.4, kept: true,
      parts(2, of: 5, by: "\n\n") { "\($0) Privacy Policy" }),
    BoundCase(
      "max_boilerplate_string_ratio", 0.6, kept: false,
      parts(3, of: 5, by: "\n\n") { "\($0) use COOKIES" }),
    BoundCase(
      "max_boilerplate_string_ratio", 1, kept: false,
      parts(1, of: 5, by: "\n\n") { _ in "Lorem ipsum" }),
    BoundCase(
      "max_repeated_line_fraction", 0.7, kept: true, parts(4, of: 10, by: "\n") { _ in "same" }),
    BoundCase(
      "max_repeated_line_fraction", 0.6, kept: false, parts(5, of: 10, by: "\n\n") { _ in "same" }),
    BoundCase(
      "max_repeated_paragraphs_ratio", 0.7, kept: true, parts(4, of: 10, by: "\n\n") { _ in "same" }
    ),
    BoundCase(
      "max_repeated_paragraphs_ratio", 0.6, kept: false,
      parts(5, of: 10, by: "\n\n") { _ in "same" }),
    BoundCase(
      "max_repeated_lines_char_ratio", 0.8, kept: true, parts(3, of: 10, by: "\n") { _ in "sames" }),
    BoundCase(
      "max_repeated_lines_char_ratio", 0.7, kept: false, parts(4, of: 10, by: "\n") { _ in "sames" }
    ),
    BoundCase(
      "max_repeated_paragraphs_char_ratio", 0.8, kept: true,
      parts(3, of: 10, by: "\n\n") { _ in "sames" }),
    BoundCase(
      "max_repeated_paragraphs_char_ratio", 0.7, kept: false,
      parts(4, of: 10, by: "\n\n") { _ in "sames" }),
    BoundCase("min_words", 50, kept: true, parts(0, of: 50, by: " ") { $0 }),
    BoundCase("min_words", 49, kept: false, parts(0, of: 49, by: " ") { $0 }),
    BoundCase("max_words", 100_000, kept: true, String(repeating: "a ", count: 100_000)),
    BoundCase("max_words", 100_001, kept: false, String(repeating: "a ", count: 100_001)),
    BoundCase(
      "max_num_sentences_without_endmark_ratio", 0.85, kept: true,
      parts(3, of: 20, by: "\n") { "\($0)!" }),
    BoundCase(
      "max_num_sentences_without_endmark_ratio", 0.9, kept: false,
      parts(2, of: 20, by: "\n") { "\($0)\"" }),
    BoundCase(
      "max_num_sentences_without_endmark_ratio", 1, kept: false,
      parts(20, of: 20, by: "\n") { "\($0)。" }),
    BoundCase("min_words_with_alphabets", 0.8, kept: true, "12 a b 山 ⅷ"),
    BoundCase("min_words_with_alphabets", 0.6, kept: false, "12 -- b 山 ⅷ"),
    BoundCase("min_num_common_words", 2, kept: true, "the river of"),
    BoundCase("min_num_common_words", 1, kept: false, "the river Of"),
    BoundCase("min_mean_word_length", 3, kept: true, "ab abcd"),
    BoundCase("min_mean_word_length", 2.5, kept: false, "ab abc"),
    BoundCase("max_mean_word_length", 10, kept: true, "abcdefghij"),
    BoundCase("max_mean_word_length", 10.5, kept: false, "abcdefghij abcdefghijk"),
    BoundCase("max_word_length", 1000, kept: true, String(repeating: "a", count: 1000) + " a"),
    BoundCase("max_word_length", 1001, kept: false, String(repeating: "é", count: 1001) + " a"),
    BoundCase(
      "max_num_lines_ending_with_ellipsis_ratio", 0.3, kept: true,
      parts(3, of: 10, by: "\n") { "\($0)…" }),
    BoundCase(
      "max_num_lines_ending_with_ellipsis_ratio", 0.4, kept: false,
      parts(4, of: 10, by: "\n") { "\($0) Read More " }),
    // Two words of five letters and a space, taken out twice.
    BoundCase(
      "max_repeating_2gram_ratio", 22.0 / 110, kept: true,
      "babeb bacec bafef babeb bacec " + padding(80)),
    BoundCase(
      "max_repeating_2gram_ratio", 22.0 / 109, kept: false,
      "babeb bacec bafef babeb bacec " + padding(79)),
    // A run of five words that stands again: its letters, and the four spaces between them.
    BoundCase("max_repeating_duplicate_5gram_ratio", 29.0 / 194, kept: true, again(5, length: 194)),
    BoundCase(
      "max_repeating_duplicate_5gram_ratio", 29.0 / 193, kept: false, again(5, length: 193)),
    BoundCase("max_repeating_duplicate_10gram_ratio", 0.1, kept: true, again(10, length: 590)),
    BoundCase(
      "max_repeating_duplicate_10gram_ratio", 59.0 / 589, kept: false, again(10, length: 589)),
    BoundCase("max_bullet_lines_ratio", 0.9, kept: true, parts(9, of: 10, by: "\n") { " • \($0)" }),
    BoundCase("max_bullet_lines_ratio", 1, kept: false, parts(10, of: 10, by: "\n") { "○\($0)" }),
    BoundCase("max_bullet_lines_ratio", 0, kept: true, parts(10, of: 10, by: "\n") { "- \($0)" }),
  ])
  func bounds(bound: BoundCase) {
    let measured = Measured(bound.text, by: NeMoHeuristicProfile())
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-9 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }

  /// Where the source divides by zero, nothing is kept.
  @Test(arguments: ["\n", "\n\n\n"])
  func noWords(text: String) {
    let rejection = NeMoHeuristicProfile().rejection(of: FilterText(text))
    #expect(rejection?.rule.reason == "symbol_to_word")
    #expect(rejection?.value.isNaN == true)
  }

  /// Distinct words of five letters; what is left over lengthens the last.
  private static func padding(_ length: Int) -> String {
    let text = Texts.words(200)[100...].joined(separator: " ").prefix(length)
    return text.dropLast() + "z"
  }

  /// A run of words, another word, the run again, and padding up to a length.
  private static func again(_ words: Int, length: Int) -> String {
    let run = Self.words.prefix(words).joined(separator: " ")
    let start = "\(run) other \(run) "
    return start + padding(length - start.count)
  }
}
