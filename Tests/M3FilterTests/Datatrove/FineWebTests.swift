import M3Filter
import Testing

/// A text just inside and one just outside each bound.
@Suite struct FineWebTests {
  static let profile = FineWebProfile()

  static let bounds: [(reason: String, inside: String, outside: String)] = [
    ("empty", "one line of more than thirty characters.", " \n\t\n"),
    ("line_punct_ratio", lines(25) { $0 < 3 ? "." : "" }, lines(25) { $0 < 2 ? "." : "" }),
    ("short_line_ratio", short(67), short(68)),
    ("char_dup_ratio", duplicate(4000), duplicate(3999)),
    ("list_ratio", listed(100), listed(99)),
  ]

  private static func lines(_ count: Int, end: (Int) -> String) -> String {
    var made = MadeText()
    return (0..<count).map { made.words(8).joined(separator: " ") + end($0) }.joined(separator: "\n")
  }

  /// 100 lines, so many of 30 characters and the others of 31.
  private static func short(_ count: Int) -> String {
    var made = MadeText()
    return (0..<100).map { made.words(4, length: 5).joined(separator: " ") + " " + made.word($0 < count ? 5 : 6) + "." }
      .joined(separator: "\n")
  }

  /// A line of 40 characters twice among others, in so many characters without line feeds.
  private static func duplicate(_ length: Int) -> String {
    var made = MadeText()
    let twice = made.words(3, length: 12).joined(separator: " ") + "j."
    let other = "x" + made.filling(length - 81)
    return [twice, other, twice].joined(separator: "\n")
  }

  /// 31 lines and so many words, four of them ended by a mark that is no token of its own.
  private static func listed(_ count: Int) -> String {
    var made = MadeText()
    return (0..<31).map { made.words($0 < count - 93 ? 4 : 3, length: 12).joined(separator: " ") }
      .enumerated().map { $0.offset < 4 ? $0.element + "॥" : $0.element }.joined(separator: "\n")
  }

  @Test(arguments: bounds) func bound(reason: String, inside: String, outside: String) {
    #expect(Self.profile.reason(inside) == nil)
    #expect(Self.profile.reason(outside) == reason)
  }

  @Test func rulesAreTheSource() {
    #expect(Self.profile.rules.map(\.reason) == Self.bounds.map(\.reason))
  }

  static let ends: [(String, Bool)] = [
    (".", true), ("!", true), ("?", true), ("。", true), ("？", true), ("…", false), ("\"", false), (". ", false),
    (".\r", false), ("۔", true), ("॥", true), ("", false),
  ]

  /// Of lines as they are, white space and all.
  @Test(arguments: ends) func terminalPunctuation(end: String, isTerminal: Bool) {
    #expect(Self.profile.value("line_punct_ratio", of: "word" + end) == (isTerminal ? 1 : 0))
  }
}
