import M3Filter
import Testing

@Suite struct C4Tests {
  static let profile = C4Profile()
  static let fineWeb = C4Profile(terminalPunctuation: false)
  private static let four = "One two three. Four five. Six seven. Eight nine."

  static let bounds: [(reason: String, inside: String, outside: String)] = [
    ("too_few_sentences", four + " Ten.", four),
    ("lorem_ipsum", four + " Lorem-ipsum dolor.", four + " A LOREM Ipsum dolor."),
    ("curly_bracket", four + " A [bracket].", four + " A {bracket}."),
  ]

  @Test(arguments: bounds) func bound(reason: String, inside: String, outside: String) {
    #expect(Self.profile.reason(inside) == nil)
    #expect(Self.profile.reason(outside) == reason)
  }

  /// The reason is that of the line that comes first, whatever the rules' order.
  @Test func firstLineDecides() {
    #expect(Self.profile.reason("Here { comes first.\nThen lorem ipsum comes.") == "curly_bracket")
    #expect(Self.profile.reason("Here lorem ipsum comes.\nThen { comes last.") == "lorem_ipsum")
    #expect(Self.profile.reason("Here { and lorem ipsum come.") == "lorem_ipsum")
  }

  /// With one allowed the search goes on, as with the source's setting off.
  @Test func threshold() {
    var profile = C4Profile()
    profile.rules[1].bound = .atMost(1)
    #expect(profile.reason(Self.four + " A {bracket}.") == nil)
    #expect(profile.reason("Here { comes first.\nThen lorem ipsum comes.") == "lorem_ipsum")
  }

  static let lines: [(line: String, isCounted: Bool)] = [
    ("one two three.", true),
    ("one two.", false),
    ("one two three", false),
    ("one two three...", false),
    ("one two three?  \t", true),
    ("one two three!", true),
    ("one two three\"", true),
    ("one two three'", true),
    ("one two three:", false),
    ("one two three。", false),
    ("one two " + String(repeating: "é", count: 1000), false),
    ("one two " + String(repeating: "é", count: 999) + ".", true),
    ("one two " + String(repeating: "e", count: 1000) + ".", false),
    ("one two three.[1]", true),
    ("one two three.[1][23][][edit][citation needed]", true),
    ("one two three.[４]", true),
    ("one two three.[note]", false),
    ("one two three[1]", false),
    // The mark counts as a word, and what it leaves behind is not stripped.
    ("one two [1].", true),
    ("one two three. [1]", false),
    ("one two javascript.", false),
    ("one two Java script.", true),
    ("our terms of use.", false),
    ("our Terms Of Use.", false),
    ("our privacy policy.", false),
    ("our cookie policy.", false),
    ("it uses cookies.", false),
    ("the use of cookies.", false),
    ("to use coo\u{212A}ies.", false),
    ("to use a cookie.", true),
    ("to use cookie.", true),
  ]

  @Test(arguments: lines) func line(_ line: String, isCounted: Bool) {
    #expect(Self.profile.value("too_few_sentences", of: "\n" + line + "\r\n") == (isCounted ? 1 : 0))
  }

  @Test func withoutTerminalPunctuation() {
    #expect(Self.fineWeb.value("too_few_sentences", of: "one two three\none two three...\none two") == 2)
    #expect(Self.fineWeb.name == "c4-fineweb@datatrove")
    // Citations count as words, and a line of them alone as a sentence.
    #expect(Self.fineWeb.value("too_few_sentences", of: "[1] [2] [3]") == 1)
  }

  @Test func endsOfLines() {
    let ends = ["\n", "\r", "\r\n", "\u{0B}", "\u{0C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}"]
    for end in ends {
      #expect(Self.fineWeb.value("too_few_sentences", of: "a b c\(end)d e f\(end)") == 2)
    }
    #expect(Self.fineWeb.value("too_few_sentences", of: "a b c\u{1F}d e f") == 1)
  }

  @Test func rewritten() {
    let text = "  Menu \n\nOne two three. Four five.[1] \nno end\n\tSix [2] seven eight!\nWe use cookies here.\n"
    #expect(Self.profile.rewritten(text) == "One two three. Four five.\nSix  seven eight!")
    #expect(Self.fineWeb.rewritten(text) == "One two three. Four five.\nSix  seven eight!")
    #expect(Self.fineWeb.rewritten("a b c\r\nd e f\n") == "a b c\nd e f")
    #expect(Self.profile.rewritten("") == "")
  }
}
