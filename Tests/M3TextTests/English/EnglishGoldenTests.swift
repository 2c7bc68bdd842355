import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Words and sentences of datatrove 0.10.1 with spaCy 3.8: `fixtures/filter/english.py`.
@Suite struct EnglishGoldenTests {
  @Test func wordsAndSentences() throws {
    let lines = try Self.lines()
    #expect(lines.count == 188)
    var words = EnglishWords()
    for line in lines.dropFirst() {
      let fields = try JSONFields(JSONValue.parse(Array(line)), path: "english.golden.jsonl")
      let text: String = try fields.required("text")
      let bytes = Array(text.utf8)
      words.split(bytes)
      let found = words.tokens.filter { !$0.isSpace }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
      let expected: [String] = try fields.required("words")
      #expect(Self.bytes(found) == Self.bytes(expected), "\(text)")

      let sentences = bytes.withUnsafeBufferPointer { EnglishSentences().ranges(of: words.tokens, in: $0) }
      let expectedSentences: [String] = try fields.required("sentences")
      let foundSentences = sentences.map { String(decoding: bytes[$0], as: UTF8.self) }
      #expect(Self.bytes(foundSentences) == Self.bytes(expectedSentences), "\(text)")
      let count = bytes.withUnsafeBufferPointer { EnglishSentences().count(of: words.tokens[...], in: $0) }
      #expect(count == expectedSentences.count, "\(text)")
    }
  }

  /// Strings are compared by bytes, since equal ones may differ in how they are composed.
  private static func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  private static func lines() throws -> [ArraySlice<UInt8>] {
    let path = Fixtures.path("filter/english.golden.jsonl")
    return try ReadableFile.contents(of: path, limit: 1 << 24).split(separator: UInt8(ascii: "\n"))
  }
}
