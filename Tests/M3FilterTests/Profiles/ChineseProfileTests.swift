import Glibc
import M3Filter
import Testing

@Suite struct ChineseProfileTests {
  private static let sentence = "河边的旧桥离北边的市场不远，人们每年春天都要重新量一遍石头。"

  @Test func fullWidthMarksEndLines() {
    #expect(MapCCProfile().rejection(of: FilterText(Texts.chinese)) == nil)
    let question = Texts.chinese.replacing("。", with: "？")
    #expect(MapCCProfile().rejection(of: FilterText(question)) == nil)
    let bare = Texts.chinese.filter { !$0.isPunctuation }
    #expect(
      MapCCProfile().rejection(of: FilterText(bare))?.rule.reason
        == "No terminal punctuation in line")
  }

  @Test(arguments: [
    BoundCase("max_bracket_ratio", 0.1, kept: true, "【山】日月水火木金土"),
    BoundCase("max_bracket_ratio", 0.2, kept: false, "【山川】月水火木金土"),
    BoundCase("min_lines", 2, kept: true, "河水流过村庄。\n没有标点的一行\n山上有许多树木！"),
    BoundCase("min_lines", 0, kept: false, "河水流过村庄\n山上有许多树木，"),
    BoundCase("min_lines", 0, kept: false, "河。\n请打开Javascript再试一次。"),
    BoundCase("min_sentences", 2, kept: true, "河水流过村庄。山上有许多树木。"),
    BoundCase("min_sentences", 1, kept: false, "河水流过村庄，山上有许多树木。"),
    BoundCase("min_characters", 50, kept: true, Texts.characters(49) + "。"),
    BoundCase("min_characters", 49, kept: false, Texts.characters(48) + "。"),
    BoundCase("max_characters", 10_000, kept: true, Texts.characters(9999) + "。"),
    BoundCase("max_characters", 10_001, kept: false, Texts.characters(10_000) + "。"),
    BoundCase("max_mean_word_length", 10, kept: true, "abcdefghij abcdefghij abcdefghij."),
    BoundCase("max_mean_word_length", 11, kept: false, "abcdefghijk abcdefghijk abcdefghijk."),
    BoundCase("max_hash_ratio", 0.1, kept: true, "##a b c d."),
    BoundCase("max_hash_ratio", 0.3, kept: false, "#a #b # c."),
    BoundCase("max_ellipsis_ratio", 0.1, kept: true, "aa bb c..."),
    BoundCase("max_ellipsis_ratio", 0.2, kept: false, "a b … c..."),
    BoundCase("max_digit_ratio", 0.3, kept: true, "a1 2 3 bbb."),
    BoundCase("max_digit_ratio", 0.4, kept: false, "a1 2 34 bb."),
    BoundCase("max_bullet_lines", 0.5, kept: true, "•河水流过村庄。\n山上有许多树木。"),
    BoundCase("max_bullet_lines", 1, kept: false, "•河水流过村庄。\n●山上有许多树木。"),
    BoundCase("min_character_entropy", log(21), kept: true, Texts.characters(20) + "。"),
    BoundCase("min_character_entropy", log(20), kept: false, Texts.characters(19) + "。"),
    BoundCase("max_top_2gram", 2.0 / 10, kept: true, "山川山川日月水火木。"),
    BoundCase("max_top_2gram", 4.0 / 10, kept: false, "山川山川山川日月水。"),
    BoundCase("max_top_3gram", 3.0 / 20, kept: true, "山川石山川石日月水火木大小中上下左右前。"),
    BoundCase("max_top_3gram", 3.0 / 10, kept: false, "山川石山川石日月水。"),
    BoundCase("max_duplicate_5gram", 5.0 / 11, kept: true, "山川石河林山川石河林。"),
  ])
  func mapCC(bound: BoundCase) {
    let measured = Measured(bound.text, by: MapCCProfile())
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-9 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }

  /// Links go before anything is counted.
  @Test(arguments: [
    "https://example.org/a?b=c", "www.example.org/path", "a.b.c.example", "example.org",
    "mail-1.example.net",
  ])
  func links(link: String) {
    let plain = Measured("\(Self.sentence)见此  了。", by: MapCCProfile())
    let linked = Measured("\(Self.sentence)见此 \(link) 了。", by: MapCCProfile())
    #expect(
      plain["min_characters"] != nil && plain["min_characters"] == linked["min_characters"],
      "\(link)")
  }

  @Test(arguments: [
    BoundCase("min_len", 201, kept: true, Texts.characters(201)),
    BoundCase("min_len", 200, kept: false, Texts.characters(200)),
    BoundCase("min_line_len", 10, kept: true, Texts.characters(9) + "\n" + Texts.characters(10)),
    BoundCase("min_line_len", 9.5, kept: false, Texts.characters(9) + "\n" + Texts.characters(9)),
    BoundCase("min_zh_percent", 0.3, kept: true, "山川日abcdefg"),
    BoundCase("min_zh_percent", 0.2, kept: false, "山川abcdefgh"),
    BoundCase("max_traditional_characters", 0, kept: true, Texts.characters(90)),
    BoundCase("max_traditional_characters", 2, kept: false, "这里有两个東馬"),
    BoundCase("max_repeat", 0, kept: true, Texts.characters(60)),
    BoundCase("max_repeat", 1, kept: false, String(repeating: Texts.characters(20), count: 5)),
  ])
  func chineseWebText(bound: BoundCase) {
    let measured = Measured(bound.text, by: ChineseWebTextProfile())
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-9 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }

  @Test func sensitiveWords() {
    #expect(Measured("石头", by: ChineseWebTextProfile())["max_sensitive_word_per_line"] == nil)
    let profile = ChineseWebTextProfile(sensitiveWords: ["石头", "旧桥", "", "没有"])
    #expect(Measured(Self.sentence, by: profile)["max_sensitive_word_per_line"] == 2)
    #expect(
      Measured(Self.sentence + "\n\n\n", by: profile).holds("max_sensitive_word_per_line") == true)
  }
}
