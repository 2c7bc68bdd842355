import M3Bytes
import M3Dedupe
import Testing

/// Character shingles, by the rules of tools that know no words.
@Suite struct PeerNormalizationTests {
  /// Hashes of each `length` code points.
  private static func shingles(_ text: String, length: Int) -> [UInt64] {
    let scalars = Array(text.unicodeScalars)
    let length = min(length, scalars.count)
    return (0...scalars.count - length).map {
      XXH3.hash64(String(String.UnicodeScalarView(scalars[$0..<$0 + length])))
    }
  }

  @Test(
    arguments: [
      ("Hello,  World! It's\n\n GREAT... ", "hello world its great"),
      ("  a-b_c\td  ", "abc d"),
      ("中文，文本。 Ok!", "中文，文本。 ok"),
      ("É\u{2003}\u{85}x", "é x"),
      ("abc", "abc"),
      ("!a!", "a"),
    ])
  func duplodocusCleansAsSlimPajama(text: String, cleaned: String) {
    let shingler = Shingler(DedupeConfiguration(preset: .duplodocus))
    #expect(shingler.shingles(of: text) == Self.shingles(cleaned, length: 5))
  }

  @Test(arguments: ["short", "Exactly 24 code points!!", "A text that is longer, with é, 中文 and  spaces.\n", " "])
  func nemoTakesTextsAsTheyAre(text: String) {
    let shingler = Shingler(DedupeConfiguration(preset: .nemo))
    #expect(shingler.shingles(of: text) == Self.shingles(text, length: 24))
  }
}
