import M3Chunking
import M3TestSupport
import Testing

/// A text in a vocabulary of single bytes, a bound, and the chunks that it must give.
struct ChunkExample: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var text: String
  var title: String?
  var bound: Int
  var expected: [String]

  init(_ name: String, _ text: String, title: String? = nil, bound: Int, _ expected: [String]) {
    testDescription = name
    self.text = text
    self.title = title
    self.bound = bound
    self.expected = expected
  }
}

@Suite struct ChunkExampleTests {
  /// Behind the cut that is to be seen there is enough text for the rest not to fit in two chunks.
  static let rest = String(repeating: " and more words", count: 4)

  static let wholeTexts: [ChunkExample] = [
    .init("empty", "", bound: 8, []),
    .init("white space", " \n\t\u{A0}\u{2029}\u{3000} ", bound: 8, []),
    .init("within", "one two", bound: 8, ["one two"]),
    .init("at the bound", "one two.", bound: 8, ["one two."]),
    .init("white space at the ends is kept", "\n one \n", bound: 8, ["\n one \n"]),
    .init("paragraphs are no forced cuts", "a\n\nb\n\nc", bound: 8, ["a\n\nb\n\nc"]),
    .init("white space at the ends exceeds the bound", "\n\n\n\n one \n\n\n\n", bound: 8, ["one"]),
  ]

  static let preferences: [ChunkExample] = [
    .init("paragraph before sentence", "Aaaa bbbb cccc.\n\nDddd. Eeee ffff" + rest, bound: 24, ["Aaaa bbbb cccc."]),
    .init("paragraph separator", "Aaaa bbbb cccc\u{2029}Dddd. Ee" + rest, bound: 24, ["Aaaa bbbb cccc"]),
    .init("blank line of spaces", "Aaaa bbbb cccc \n \t\nDd. Ee" + rest, bound: 24, ["Aaaa bbbb cccc"]),
    .init("line's end behind a sentence", "Aaaa bbbb cccc.\r\nDddd. Eeee ffff" + rest, bound: 24, ["Aaaa bbbb cccc."]),
    .init("sentence before line", "Aaaa bbbb cc. Dd\nee ffff gggg" + rest, bound: 24, ["Aaaa bbbb cc."]),
    .init("line before clause", "Aaaa bbbb cccc\ndd, eeee ffff" + rest, bound: 24, ["Aaaa bbbb cccc"]),
    .init("clause before word", "Aaaa bbbb cccc, dddd eeee" + rest, bound: 24, ["Aaaa bbbb cccc,"]),
    .init("word", "Aaaa bbbb cccc dddd eeee" + rest, bound: 22, ["Aaaa bbbb cccc dddd"]),
    .init("the last of a kind", "Aaaa bbbb. Cccc. Dddd. Eeee ffff" + rest, bound: 24, ["Aaaa bbbb. Cccc. Dddd."]),
    .init("not in the lower half", "Aa.\n\nBbbb cccc dddd eeee ffff" + rest, bound: 24, ["Aa.\n\nBbbb cccc dddd eeee"]),
    .init("word in the lower half", "Aaaa " + String(repeating: "b", count: 100), bound: 24, ["Aaaa"]),
    .init("no word", String(repeating: "b", count: 100), bound: 24, [String(repeating: "b", count: 24)]),
    .init("Chinese sentence", "模型读过。它记得。然后继续读下去直到结束为止没有停" + rest, bound: 32, ["模型读过。它记得。"]),
    .init("Chinese characters", "模型读过的文本没有任何标点可以用来分开" + rest, bound: 32, ["模型读过的文本没有任"]),
    .init("no mark begins a chunk", "模型读过的文本没有任\u{FF0C}何标点可以" + rest, bound: 32, ["模型读过的文本没有"]),
    .init("no bracket ends a chunk", "模型读过的文本没有「任何标点可以" + rest, bound: 32, ["模型读过的文本没有"]),
    .init("grapheme clusters", String(repeating: "👩‍👩‍👧‍👦", count: 9), bound: 60, ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦"]),
    .init("a cluster above the bound", String(repeating: "👩‍👩‍👧‍👦", count: 9), bound: 8, ["👩\u{200D}", "👩\u{200D}"]),
    .init("no-break spaces", "Aaaa bbbb cc\u{A0}dddddd eeee ffff" + rest, bound: 18, ["Aaaa bbbb"]),
    .init("a mark on a space", "Aaaa bbbb cc \u{301}dddddd eeee" + rest, bound: 20, ["Aaaa bbbb"]),
  ]

  static let balance: [ChunkExample] = [
    .init(
      "a rest of two chunks in the middle", "Aaaa bbbb cccc dddd eeee ffff gg", bound: 24,
      ["Aaaa bbbb cccc", "dddd eeee ffff gg"]),
    .init(
      "a sentence near the middle", "Aaaa bbbb. Cccc dddd eeee ffff", bound: 24,
      ["Aaaa bbbb.", "Cccc dddd eeee ffff"]),
    .init(
      "a sentence's end in the last quarter", "Aaaa bbbb cccc dddd eeee. Fff", bound: 26,
      ["Aaaa bbbb cccc", "dddd eeee. Fff"]),
  ]

  static let titles: [ChunkExample] = [
    .init("prefix", "one two three", title: "Cat", bound: 20, ["Cat: one two three"]),
    .init("every chunk", "one two three four five", title: "Cat", bound: 20, ["Cat: one two three", "Cat: four five"]),
    .init("white space in a title", "one", title: " a \n\t b ", bound: 20, ["a b: one"]),
    .init("white space at the ends of the text", " one ", title: "Cat", bound: 20, ["Cat:  one "]),
    .init("half of the bound", "one", title: "Catty cat", bound: 22, ["Catty cat: one"]),
    .init("more than half loses words", "one", title: "Catty cat", bound: 21, ["Catty: one"]),
    .init("more than half with one word", "one", title: "Cattycats", bound: 20, ["one"]),
    .init("empty", "one", title: " \n", bound: 20, ["one"]),
    .init("no text", " ", title: "Cat", bound: 20, []),
  ]

  /// The first chunks are what is expected, or all of them where the text has no `rest`.
  @Test(arguments: wholeTexts + preferences + balance + titles) func example(_ example: ChunkExample) throws {
    let tokenizer = try Fixtures.bytes.get()
    let chunker = Chunker(tokenizer: tokenizer, configuration: ChunkConfiguration(maximumTokens: example.bound))
    let chunks = chunker.chunks(of: example.text, title: example.title)
    let isWhole = !Self.preferences.contains { $0.testDescription == example.testDescription }
    #expect(chunks.prefix(isWhole ? chunks.count : example.expected.count).map(\.text) == example.expected)
    checkProperties(of: chunks, text: example.text, title: example.title, tokenizer: tokenizer, bound: example.bound)
  }
}
