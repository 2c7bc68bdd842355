import M3Filter
import Testing

/// Each bound of `gopher@dolma` from both sides.
@Suite struct DolmaBoundTests {
  private static let words = Texts.words(200)

  /// `marked` lines of ten changed, all distinct.
  private static func lines(_ marked: Int, _ change: (String) -> String) -> String {
    words.prefix(10).enumerated().map { $0 < marked ? change($1) : $1 }.joined(separator: "\n")
  }

  private static func text(_ parts: [String]...) -> String {
    parts.joined().joined(separator: " ")
  }

  /// `copies` of a run of `length` words, and other words up to `count`.
  private static func repeated(_ length: Int, copies: Int, count: Int) -> String {
    let run = Array(words[100..<100 + length])
    let others = Array(words.prefix(count - length * copies))
    // A word between the copies keeps longer runs from repeating.
    var result: [String] = []
    for copy in 0..<copies { result += run + others[copy..<copy + 1] }
    return (result + others[copies...]).joined(separator: " ")
  }

  @Test(arguments: [
    BoundCase("min_word_count", 50, kept: true, text(words.prefix(50).map { $0 })),
    BoundCase("min_word_count", 49, kept: false, text(words.prefix(49).map { $0 })),
    BoundCase("max_word_count", 100_000, kept: true, String(repeating: "a ", count: 100_000)),
    BoundCase("max_word_count", 100_001, kept: false, String(repeating: "a ", count: 100_001)),
    BoundCase("min_median_word_length", 3, kept: true, "a abc abcdefgh"),
    BoundCase("min_median_word_length", 2.5, kept: false, "a ab abc abcdefgh"),
    BoundCase("max_median_word_length", 10, kept: true, "a abcdefghij abcdefghijklmn"),
    BoundCase(
      "max_median_word_length", 10.5, kept: false, "a abcdefghij abcdefghijk abcdefghijklmn"),
    BoundCase(
      "max_symbol_to_word_ratio", 0.1, kept: true, text(["a#b"], words.prefix(9).map { $0 })),
    BoundCase(
      "max_symbol_to_word_ratio", 0.2, kept: false, text(["a#b", "…"], words.prefix(8).map { $0 })),
    BoundCase("min_fraction_of_words_with_alpha_character", 0.8, kept: true, "12 a b 山 é"),
    BoundCase("min_fraction_of_words_with_alpha_character", 0.6, kept: false, "12 -- b 山 é"),
    BoundCase("min_required_word_count", 2, kept: true, "the river the"),
    BoundCase("min_required_word_count", 1, kept: false, "the river The"),
    BoundCase(
      "max_fraction_of_lines_starting_with_bullet_point", 0.9, kept: true, lines(9) { "- \($0)" }),
    BoundCase(
      "max_fraction_of_lines_starting_with_bullet_point", 1, kept: false, lines(10) { "* \($0)" }),
    BoundCase(
      "max_fraction_of_lines_starting_with_bullet_point", 0, kept: true, lines(10) { "• \($0)" }),
    BoundCase("max_fraction_of_lines_ending_with_ellipsis", 0.3, kept: true, lines(3) { "\($0)…" }),
    BoundCase(
      "max_fraction_of_lines_ending_with_ellipsis", 0.4, kept: false, lines(4) { "\($0)…" }),
    BoundCase(
      "max_fraction_of_lines_ending_with_ellipsis", 0, kept: true, lines(10) { "\($0)..." }),
    BoundCase("max_fraction_of_duplicate_lines", 0.3, kept: true, lines(3) { _ in "same" }),
    BoundCase("max_fraction_of_duplicate_lines", 0.4, kept: false, lines(4) { _ in "same" }),
    BoundCase(
      "max_fraction_of_characters_in_duplicate_lines", 0.3, kept: true, lines(3) { _ in "sames" }),
    BoundCase(
      "max_fraction_of_characters_in_duplicate_lines", 0.4, kept: false, lines(4) { _ in "sames" }),
    BoundCase(
      "max_fraction_of_characters_in_most_common_2grams", 0.2, kept: true,
      repeated(2, copies: 5, count: 50)),
    BoundCase(
      "max_fraction_of_characters_in_most_common_2grams", 0.24, kept: false,
      repeated(2, copies: 6, count: 50)),
    BoundCase(
      "max_fraction_of_characters_in_most_common_3grams", 0.18, kept: true,
      repeated(3, copies: 3, count: 50)),
    BoundCase(
      "max_fraction_of_characters_in_most_common_3grams", 0.24, kept: false,
      repeated(3, copies: 4, count: 50)),
    BoundCase(
      "max_fraction_of_characters_in_most_common_4grams", 0.16, kept: true,
      repeated(4, copies: 2, count: 50)),
    BoundCase(
      "max_fraction_of_characters_in_most_common_4grams", 0.24, kept: false,
      repeated(4, copies: 3, count: 50)),
    // Each of the `copies` occurrences counts, over all runs of n words.
    BoundCase(
      "max_fraction_of_characters_in_duplicate_5grams", 0.15, kept: true,
      repeated(5, copies: 3, count: 24)),
    BoundCase(
      "max_fraction_of_characters_in_duplicate_5grams", 0.2, kept: false,
      repeated(5, copies: 4, count: 24)),
    BoundCase(
      "max_fraction_of_characters_in_duplicate_10grams", 0.1, kept: true,
      repeated(10, copies: 2, count: 29)),
    BoundCase(
      "max_fraction_of_characters_in_duplicate_10grams", 0.10526, kept: false,
      repeated(10, copies: 2, count: 28)),
  ])
  func bounds(bound: BoundCase) {
    let measured = Measured(bound.text, by: DolmaGopherProfile())
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-9 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }
}
