import M3Filter
import Testing

@Suite struct ReferenceProfileTests {
  private let profile = ReferenceProfile()

  private func reason(_ text: String) -> String? {
    profile.rejection(of: FilterText(text))?.rule.reason
  }

  @Test(arguments: [
    Texts.english, Texts.chinese, Texts.spanish,
    "东京是日本的首都，人口约一千四百万，是世界上最大的城市之一。",
    "昔々、ある所にお爺さんとお婆さんが住んでいました。お爺さんは山へ行きました。",
    "В начале двадцатого века город был небольшим портом на берегу моря.",
    "كانت المدينة في بداية القرن العشرين ميناء صغيرا على شاطئ البحر.",
    "กรุงเทพมหานครเป็นเมืองหลวงและนครที่มีประชากรมากที่สุดของประเทศไทย",
    "서울은 대한민국의 수도이자 최대 도시이며 한강을 끼고 있습니다.",
    "Émile Zola est un écrivain français né à Paris.",
    "The function os.path.join() takes two paths or more (section 3.1) and returns one, or raises `ValueError`.",
  ])
  func prose(text: String) {
    #expect(reason(text) == nil, "\(text)")
  }

  @Test(arguments: [
    ("words", "See also: ls(1)"),
    ("words", "。。。"),
    (
      "letters",
      "0x50 - 0x57 | 24C02 | 2K | 0x50 - 0x57 | 24C04 | 4K | 0x50 | 24C08 | 8K | 0x52 - 0x53"
    ),
    ("letters", "1991 12.4 13.8 1992 14.1 13.9 1993 12.2 11.8 mean max min year total sum"),
    (
      "symbols",
      "set var = *(long *) ptr + one; if (ptr < top && ptr > low) { addr = *(long *) ptr; } else { next = &top; }"
    ),
    ("garbled", "The \u{FFFD}\u{FFFD}river near the market and the bridge in the valley."),
    ("garbled", "The cafÃ© was near the market of the naÃ¯ve river, and it had no name."),
    ("garbled", "Itâ€™s near the market of the valley and the river."),
    (
      "fragments",
      "Index\n\nModules\n\nNext\n\nPrevious topic\n\nGetting started\n\nUser guides\n\nMailing lists\n\nGlossary"
    ),
    ("fragments", "首页\n新闻中心\n产品介绍\n联系方式\n关于本站\n招聘信息\n下载专区\n友情链接"),
    ("repetition", String(repeating: "the signal of the station was lost again. ", count: 8)),
    ("repetition", String(repeating: "今天的天气很好，我们一起去公园。", count: 8)),
    ("capitals", "DROP TABLE FILMS CASCADE AND RESTRICT IF EXISTS BY OWNER OF THE SCHEMA."),
    (
      "mean_word_length",
      "T h e   r i v e r   n e a r   t h e   m a r k e t   o f   t h e   v a l l e y."
    ),
    (
      "single_letters",
      "T h e river n e a r t h e market o f the valley bridges stones children station letters morning."
    ),
    ("longest_word", Texts.english + " " + String(repeating: "deadbeef", count: 16)),
    (
      "boilerplate",
      "The river is near the market. All rights reserved. Read our Privacy Policy and the Terms of Use."
    ),
    ("boilerplate", "河边的旧桥离北边的市场不远。版权所有，转载请注明出处。"),
  ])
  func refuse(reason: String, text: String) {
    #expect(self.reason(text) == reason, "\(text)")
  }

  /// Each bound from both sides. Words are five letters long.
  @Test(arguments: [
    BoundCase("min_words", 6, kept: true, Texts.words(6).joined(separator: " ")),
    BoundCase("min_words", 5, kept: false, Texts.words(5).joined(separator: " ")),
    BoundCase("min_words", 6, kept: true, "山川日月水火木金土人天地"),
    BoundCase("min_words", 5.5, kept: false, "山川日月水火木金土人天"),
    BoundCase("min_letter_fraction", 0.6, kept: true, "abcdef12=="),
    BoundCase("min_letter_fraction", 0.5, kept: false, "abcde123=="),
    BoundCase("max_digit_fraction", 0.25, kept: true, "abc1 def2"),
    BoundCase("max_digit_fraction", 0.375, kept: false, "abc1 de12"),
    BoundCase("max_symbol_fraction", 0.1, kept: true, "abcdefghi="),
    BoundCase("max_symbol_fraction", 0.2, kept: false, "abcdefgh=|"),
    BoundCase(
      "max_garbled_fraction", 0.005, kept: true, "\u{7}" + String(repeating: "a", count: 199)),
    BoundCase(
      "max_garbled_fraction", 0.01, kept: false, "\u{7}" + String(repeating: "a", count: 99)),
    BoundCase("min_mean_word_length", 2.5, kept: true, "ab abc"),
    BoundCase("min_mean_word_length", 2, kept: false, "ab ab"),
    BoundCase("max_mean_word_length", 12, kept: true, "abcdefghijkl"),
    BoundCase("max_mean_word_length", 12.5, kept: false, "abcdefghijkl abcdefghijklm"),
    BoundCase("max_longest_word", 120, kept: true, String(repeating: "a", count: 120)),
    BoundCase("max_longest_word", 121, kept: false, String(repeating: "a", count: 121)),
    BoundCase(
      "max_single_letter_fraction", 0.35, kept: true,
      "a b c d e f g " + Texts.words(13).joined(separator: " ")),
    BoundCase(
      "max_single_letter_fraction", 0.4, kept: false,
      "a b c d " + Texts.words(6).joined(separator: " ")),
    BoundCase("max_capital_fraction", 0.5, kept: true, "ABcd"),
    BoundCase("max_capital_fraction", 0.75, kept: false, "ABCd"),
    BoundCase("max_fragment_fraction", 0.6, kept: true, "abc\na."),
    BoundCase("max_fragment_fraction", 0.75, kept: false, "abc\n."),
    BoundCase(
      "min_sentences_per_100_words", 4, kept: true, Texts.words(25).joined(separator: " ") + "."),
    BoundCase(
      "min_sentences_per_100_words", 0, kept: false, Texts.words(25).joined(separator: ".")),
    BoundCase("max_repeated_fraction", 0.375, kept: true, "a b c a b c d e"),
    BoundCase("max_repeated_fraction", 3.0 / 7, kept: false, "a b c a b c d"),
    BoundCase("min_distinct_fraction", 0.25, kept: true, "a a a b b b b a"),
    BoundCase("min_distinct_fraction", 0.2, kept: false, "a a a a a"),
    BoundCase(
      "max_boilerplate_phrases_per_100_words", 2, kept: true,
      Texts.words(48).joined(separator: " ") + " read more"),
    BoundCase(
      "max_boilerplate_phrases_per_100_words", 2.5, kept: false,
      Texts.words(38).joined(separator: " ") + " read more"),
  ])
  func bounds(bound: BoundCase) {
    let measured = Measured(bound.text, by: profile)
    #expect(
      measured[bound.setting].map { abs($0 - bound.value) < 1e-12 } == true,
      "\(measured[bound.setting] ?? .nan)")
    #expect(measured.holds(bound.setting) == bound.isKept)
  }
}
