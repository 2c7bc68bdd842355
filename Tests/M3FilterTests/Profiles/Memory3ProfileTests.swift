import Glibc
import M3Filter
import Testing

@Suite struct Memory3ProfileTests {
  @Test(arguments: [
    BoundCase("min_words", 50, kept: true, Texts.words(50).joined(separator: " ")),
    BoundCase("min_words", 49, kept: false, Texts.words(49).joined(separator: " ")),
    BoundCase("max_mean_word_length", 10, kept: true, "abcdefghij abcdefghij"),
    BoundCase("max_mean_word_length", 10.5, kept: false, "abcdefghij abcdefghijk"),
    BoundCase("max_non_alphabetic_fraction", 0.6, kept: true, "abcd ------"),
    BoundCase("max_non_alphabetic_fraction", 0.75, kept: false, "a ---"),
    BoundCase(
      "max_unique_word_fraction", 0.95, kept: true,
      (Texts.words(19) + ["bABEB"]).joined(separator: " ")),
    BoundCase("max_unique_word_fraction", 1, kept: false, Texts.words(20).joined(separator: " ")),
    BoundCase("min_unigram_entropy", log(17), kept: true, Texts.words(17).joined(separator: " ")),
    BoundCase("min_unigram_entropy", log(16), kept: false, Texts.words(16).joined(separator: " ")),
  ])
  func bounds(bound: BoundCase) {
    let measured = Measured(bound.text, by: Memory3Profile())
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-9 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }

  /// Chinese is counted in words, not in runs between spaces and marks.
  @Test func chineseWords() throws {
    let measured = Measured(Texts.chinese, by: Memory3Profile())
    #expect(try #require(measured["min_words"]) > 50)
    #expect(try #require(measured["max_mean_word_length"]) < 3)
    #expect(Memory3Profile().rejection(of: FilterText(Texts.chinese)) == nil)
  }

  @Test func prose() {
    #expect(Memory3Profile().rejection(of: FilterText(Texts.english)) == nil)
    let list = Texts.words(60).joined(separator: "\n")
    #expect(Memory3Profile().rejection(of: FilterText(list))?.rule.reason == "unique_word_fraction")
    let repeated = String(repeating: "the river is near the market. ", count: 12)
    #expect(Memory3Profile().rejection(of: FilterText(repeated))?.rule.reason == "unigram_entropy")
  }
}
