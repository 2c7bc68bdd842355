import M3Text
import Testing

@Suite struct EnglishSentencesTests {
  static let texts: [(String, [String])] = [
    ("", [""]),
    ("No end", ["No end"]),
    ("One. Two! Three? Four", ["One.", " Two!", " Three?", " Four"]),
    // An abbreviation's full stop is no token, nor are several.
    ("Mr. Vell went... home. Late.", ["Mr. Vell went... home.", " Late."]),
    // Punctuation behind a mark belongs to its sentence.
    ("He said \"No.\" Then (so.) he left.", ["He said \"No.\"", " Then (so.)", " he left."]),
    // White space that is a token begins one.
    ("One.\n\nTwo.", ["One.", "\n\nTwo."]),
    ("次。 Next .", ["次。", " Next ."]),
    ("次。Next .", ["次。Next ."]),
  ]

  @Test(arguments: texts) func ranges(text: String, expected: [String]) {
    let bytes = Array(text.utf8)
    var words = EnglishWords()
    words.split(bytes)
    let ranges = bytes.withUnsafeBufferPointer { EnglishSentences().ranges(of: words.tokens, in: $0) }
    #expect(ranges.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
  }
}
