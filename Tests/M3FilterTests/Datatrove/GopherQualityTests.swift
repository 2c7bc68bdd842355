import M3Filter
import Testing

/// A text just inside and one just outside each bound.
@Suite struct GopherQualityTests {
  static let profile = GopherQualityProfile()

  /// "the", "of" and further words, so that there are two stop words.
  private static func text(_ count: Int, of word: String = "stone", _ more: [String] = []) -> String {
    (["the", "of"] + Array(repeating: word, count: count - 2) + more).joined(separator: " ")
  }

  static let bounds: [(reason: String, inside: String, outside: String)] = [
    ("gopher_short_doc", text(50), text(49, ["."])),
    ("gopher_long_doc", text(100_000, ["."]), text(100_001)),
    // 48 · 3 + 2 + 4 letters of 50 words; one fewer.
    ("gopher_below_avg_threshold", text(49, of: "tea", ["four"]), text(49, of: "tea", ["six"])),
    // 3 + 2 + 47 · 10 + 25 letters of 50 words; one more.
    (
      "gopher_above_avg_threshold", text(49, of: "navigators", [String(repeating: "k", count: 25)]),
      text(49, of: "navigators", [String(repeating: "k", count: 26)])
    ),
    (
      "gopher_too_many_hashes", text(90, Array(repeating: "#", count: 10)), text(90, Array(repeating: "#", count: 11))
    ),
    (
      "gopher_too_many_ellipsis", text(89, Array(repeating: "...", count: 9) + ["…", "."]),
      text(89, Array(repeating: "…", count: 9) + ["...", "...", "."])
    ),
    ("gopher_too_many_bullets", lines(10) { $0 < 9 ? " - " : "" }, lines(10) { $0 % 2 == 0 ? "\t• " : "-" }),
    (
      "gopher_too_many_end_ellipsis", lines(10, end: { $0 < 3 ? "... " : "." }), lines(10, end: { $0 < 4 ? "…" : "." })
    ),
    (
      "gopher_below_alpha_threshold", text(80, Array(repeating: "1234", count: 20)),
      text(79, Array(repeating: "1234", count: 21))
    ),
    ("gopher_enough_stop_words", text(50), "the The the OF " + String(repeating: "stone ", count: 50)),
  ]

  private static func lines(_ count: Int, _ start: (Int) -> String = { _ in "" }, end: (Int) -> String = { _ in "" })
    -> String
  {
    (0..<count).map { start($0) + "the end of one long line of plain words" + end($0) }.joined(separator: "\r\n")
  }

  @Test(arguments: bounds) func bound(reason: String, inside: String, outside: String) {
    #expect(Self.profile.reason(inside) == nil)
    #expect(Self.profile.reason(outside) == reason)
  }

  @Test func rulesAreTheSource() {
    #expect(Self.profile.rules.map(\.reason) == Self.bounds.map(\.reason))
  }

  @Test(arguments: ["", " \n", "…", "# # #"]) func textsWithoutWords(text: String) {
    #expect(Self.profile.reason(text) == "gopher_short_doc")
  }

  /// Thresholds may be changed.
  @Test func threshold() {
    var profile = GopherQualityProfile()
    profile.rules[0].bound = .atLeast(60)
    #expect(profile.reason(Self.text(59)) == "gopher_short_doc")
    #expect(profile.reason(Self.text(60)) == nil)
  }
}
