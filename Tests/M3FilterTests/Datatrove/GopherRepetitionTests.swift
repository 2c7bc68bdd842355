import M3Filter
import Testing

/// A text just inside and one just outside each bound.
@Suite struct GopherRepetitionTests {
  static let profile = GopherRepetitionProfile()

  static let bounds: [(reason: String, inside: String, outside: String)] = [
    ("empty", "word", ""),
    ("dup_para_frac", repeated(3, of: 10, "\n\n"), repeated(4, of: 10, "\n\n")),
    ("dup_para_char_frac", heavy(1000, "\n\n"), heavy(999, "\n\n")),
    ("dup_line_frac", repeated(3, of: 10, "\n"), repeated(4, of: 10, "\n")),
    ("dup_line_char_frac", heavy(1000, "\n"), heavy(999, "\n")),
    // So many times an n-gram of so many characters, in a text of so many.
    ("top_2_gram", frequent(["ab", "cd"], 8, in: 200), frequent(["ab", "cd"], 8, in: 199)),
    ("top_3_gram", frequent(["ab", "cd", "ef"], 9, in: 400), frequent(["ab", "cd", "ef"], 9, in: 399)),
    ("top_4_gram", frequent(["ab", "cd", "ef", "gh"], 8, in: 550), frequent(["ab", "cd", "ef", "gh"], 8, in: 549)),
    ("duplicated_5_n_grams", phrases(5, 30, in: 1000), phrases(5, 30, in: 999)),
    ("duplicated_6_n_grams", phrases(6, 28, in: 1000), phrases(6, 28, in: 999)),
    ("duplicated_7_n_grams", phrases(7, 26, in: 1000), phrases(7, 26, in: 999)),
    ("duplicated_8_n_grams", phrases(8, 24, in: 1000), phrases(8, 24, in: 999)),
    ("duplicated_9_n_grams", phrases(9, 22, in: 1000), phrases(9, 22, in: 999)),
    ("duplicated_10_n_grams", phrases(10, 20, in: 1000), phrases(10, 20, in: 999)),
  ]

  /// Pieces of which some repeat one short word.
  private static func repeated(_ duplicates: Int, of count: Int, _ separator: String) -> String {
    var made = MadeText()
    let others = (0..<count - duplicates - 1).map { _ in made.words(9).joined(separator: " ") }
    return (others + Array(repeating: "bc", count: duplicates + 1)).joined(separator: separator)
  }

  /// A text with one word of 200 letters that is a piece twice.
  private static func heavy(_ length: Int, _ separator: String) -> String {
    var made = MadeText()
    let word = made.word(200)
    let start = "bc de fg hj kl"
    let pieces = [start, word, "x" + made.filling(length - start.count - 401 - 4 * separator.count), word, ""]
    return pieces.joined(separator: separator)
  }

  /// A text of so many characters with an n-gram so many times, each time before another word.
  private static func frequent(_ gram: [String], _ count: Int, in length: Int) -> String {
    var made = MadeText()
    let start = (0..<count).map { _ in (gram + [made.word(3)]).joined(separator: " ") }.joined(separator: " ")
    return start + made.filling(length - start.count)
  }

  /// A text of so many characters with five n-grams of so many letters, each twice.
  private static func phrases(_ n: Int, _ letterCount: Int, in length: Int) -> String {
    var made = MadeText()
    let phrases = (0..<5).map { _ in
      (0..<n).map { made.word(letterCount / n + ($0 < letterCount % n ? 1 : 0)) }.joined(separator: " ")
    }
    let text = (phrases + phrases).map { $0 + " " + made.word(8) }.joined(separator: " ")
    return text + made.filling(length - text.count)
  }

  @Test(arguments: bounds) func bound(reason: String, inside: String, outside: String) {
    #expect(Self.profile.reason(inside) == nil)
    #expect(Self.profile.reason(outside) == reason)
  }

  @Test func rulesAreTheSource() {
    #expect(Self.profile.rules.map(\.reason) == Self.bounds.map(\.reason))
  }

  /// Line feeds around the text make empty lines, which are equal.
  @Test func emptyLines() {
    #expect(Self.profile.value("dup_line_frac", of: "\none\ntwo\n\n") == 0.25)
    #expect(Self.profile.value("dup_para_frac", of: "\n\none\n\ntwo\n\n") == 0)
  }

  /// The n-grams' rules do not apply to fewer than n words, but duplicates are then 0.
  @Test func fewWords() throws {
    let values = Self.profile.values(of: FilterText("one two three"))
    #expect(values[5...7] == [7.0 / 13, 13.0 / 13, nil])
    #expect(values[8...] == [0, 0, 0, 0, 0, 0])
  }
}
