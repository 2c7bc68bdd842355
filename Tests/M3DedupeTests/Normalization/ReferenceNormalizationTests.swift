import M3Bytes
import M3Dedupe
import M3Tensor
import Testing

/// Words of our own normalization.
@Suite struct ReferenceNormalizationTests {
  private static func shingles(_ words: [String]) -> [UInt64] {
    let length = min(5, words.count)
    return (0...words.count - length).map { XXH3.hash64(words[$0..<$0 + length].joined(separator: " ")) }
  }

  @Test(
    arguments: [
      ("The quick, brown FOX — jumps!", "the quick brown fox jumps"),
      ("Café cafe\u{301} CAFÉ naïve Łódź Ærø", "cafe cafe cafe naive łodz ærø"),
      ("In 1999, 3.5 million; 1,000 of v2", "in 1999 3 5 million 1 000 of v2"),
      ("x² + y³ = ½ €5 #7 a_b c@d.e", "x² y³ ½ 5 7 a b c d e"),
      ("one\r\n\ttwo\u{A0}three\u{3000}four\u{2028}five\u{200B}six", "one two three four five six"),
      ("soft\u{AD}hyphen zero\u{200D}joiner \u{FEFF}mark \u{202B}right\u{202C}", "softhyphen zerojoiner mark right"),
      ("Ελλάδα άνθρωπος ΆΝΘΡΩΠΟΣ", "ελλαδα ανθρωποσ ανθρωποσ"),
      ("Привет, Ёлка и Йод", "привет елка и иод"),
      ("שָׁלוֹם עולם", "שלום עולם"),
      ("السَّلامُ عليكم", "السلام عليكم"),
      ("हिन्दी में क़लम", "हिन्दी में क़लम"),
      ("안녕하세요, 세계!", "안녕하세요 세계"),
      ("\u{1112}\u{1161}\u{11AB}국", "한국"),
      ("中文文本，2024年。", "中 文 文 本 2024 年"),
      ("用GPU加速training和推理", "用 gpu 加 速 training 和 推 理"),
      ("日本語のテキスト。ガギ", "日 本 語 の テ キ ス ト ガ ギ"),
      ("カ\u{3099}ー々〇", "ガ ー 々 〇"),
      ("ภาษาไทย ๑๒๓", "ภ า ษ า ไ ท ย ๑๒๓"),
      ("น้ำ กี่", "น้ ำ กี่"),
      ("ພາສາ", "ພ າ ສ າ"),
      ("ខ្មែរ", "ខ្ មែ រ"),
      ("မြန်မာ", "မြ န် မာ"),
      ("😀 smile 👩‍💻", "smile"),
    ])
  func wordsAreAsWritten(text: String, words: String) throws {
    let configuration = DedupeConfiguration(preset: .reference)
    let expected = Self.shingles(words.split(separator: " ").map(String.init))
    for kernels in Kernels.available {
      #expect(Shingler(configuration, kernels: kernels).shingles(of: text) == expected)
    }
  }

  /// Composed and decomposed forms of a text are the same text.
  @Test(
    arguments: [
      "Ångström ệ ḱ", "가각힣", "ガパゔ", "\u{9CB} \u{B94}", "ΐ ΰ", "Й Ё ї", "\u{1026}", "\u{1B06}", "\u{110AB}",
    ])
  func canonicalEquivalentsAreEqual(text: String) {
    let shingler = Shingler(DedupeConfiguration(preset: .reference))
    let decomposed = text.decomposed
    #expect(Array(decomposed.utf8) != Array(text.utf8))
    #expect(shingler.shingles(of: text) == shingler.shingles(of: decomposed))
  }

  /// Figures are knowledge: texts that differ in nothing else are different texts.
  @Test func figuresMatter() {
    let reference = Shingler(DedupeConfiguration(preset: .reference))
    let datatrove = Shingler(DedupeConfiguration(preset: .datatrove))
    let (one, other) = ("born in 1912 in the town of", "born in 1931 in the town of")
    #expect(reference.shingles(of: one) != reference.shingles(of: other))
    #expect(datatrove.shingles(of: one) == datatrove.shingles(of: other))
  }
}
