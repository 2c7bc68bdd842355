import M3TestSupport
import M3Text
import Testing

@Suite struct EnglishWordsTests {
  static let splits: [(String, [String])] = [
    ("", []),
    (" \n ", []),
    ("don't cannot", ["do", "n't", "can", "not"]),
    ("(Dr. Vell's)", ["(", "Dr.", "Vell", "'s", ")"]),
    ("x-(Dr.)", ["x-(Dr", ".", ")"]),
    ("end. The U.S. way", ["end", ".", "The", "U.S.", "way"]),
    ("5kg 5 kg kg", ["5", "kg", "5", "kg", "kg"]),
    ("$5 5$ US$5 +5 5+ +x", ["$", "5", "5", "$", "US$", "5", "+5", "5", "+", "+", "x"]),
    ("a..b ...c", ["a", "..", "b", "...", "c"]),
    ("one-two 1-2 1-b -x", ["one", "-", "two", "1", "-", "2", "1", "-", "b", "-x"]),
    ("www.example.org/a-b x.y-z", ["www.example.org/a-b", "x.y", "-", "z"]),
    ("f():) :)", ["f", "(", "):", ")", ":)"]),
    ("漢字。次 次。", ["漢字。次", "次", "。"]),
    ("a\u{A0}b\u{3000}c\u{1C}d", ["a", "b", "c", "d"]),
  ]

  @Test(arguments: splits) func words(text: String, expected: [String]) {
    #expect(Self.words(text) == expected)
  }

  /// Every byte is in one token, but for single spaces behind tokens; tokens of white space hold nothing else.
  @Test(arguments: 0..<50) func tokensCoverTheText(seed: UInt64) {
    var random = Randomness(seed: seed)
    let pieces = [
      "word", "it's", "Dr.", ".", "..", "(", ":)", " ", "  ", "\n", "\u{A0}", "漢", "é", "5km", "-", "°", "c.", "’s",
    ]
    let text = (0..<60).map { _ in pieces[random.integer(below: pieces.count)] }.joined()
    let bytes = Array(text.utf8)
    var words = EnglishWords()
    words.split(bytes)
    var end = 0
    for token in words.tokens {
      #expect(bytes[end..<Int(token.start)].allSatisfy { $0 == UInt8(ascii: " ") })
      #expect(Int(token.start) - end <= 1)
      let piece = String(decoding: bytes[token.range], as: UTF8.self)
      #expect(piece.unicodeScalars.allSatisfy { $0.properties.isWhitespace == token.isSpace }, "\(text)")
      end = Int(token.end)
    }
    #expect(bytes[end...].allSatisfy { $0 == UInt8(ascii: " ") })
  }

  /// What one text leaves in the buffers is not in the next one's tokens.
  @Test func buffersAreReused() {
    var words = EnglishWords()
    let texts = Self.splits.map(\.0)
    let fresh = texts.map { text in
      var own = EnglishWords()
      own.split(Array(text.utf8))
      return own.tokens
    }
    for _ in 0..<2 {
      for (text, expected) in zip(texts, fresh).reversed() {
        words.split(Array(text.utf8))
        #expect(words.tokens == expected)
      }
    }
  }

  /// Bytes that are no UTF-8 are split somehow, without a trap.
  @Test(arguments: 0..<20) func brokenBytes(seed: UInt64) {
    var random = Randomness(seed: seed)
    let bytes = (0..<400).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var words = EnglishWords()
    words.split(bytes)
    #expect(words.tokens.last.map { Int($0.end) <= bytes.count } == true)
  }

  @Test func longRuns() {
    #expect(Self.words(String(repeating: "a", count: 1 << 20)).count == 1)
    #expect(Self.words(String(repeating: "(", count: 20_000)).count == 20_000)
    #expect(Self.words(String(repeating: ".", count: 1 << 20)).count == 1)
    #expect(Self.words(String(repeating: "@.", count: 1 << 18)).isEmpty == false)
    #expect(Self.words(String(repeating: "a-", count: 20_000) + "b").count == 40_001)
  }

  private static func words(_ text: String) -> [String] {
    var words = EnglishWords()
    let bytes = Array(text.utf8)
    words.split(bytes)
    return words.tokens.filter { !$0.isSpace }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }
}
