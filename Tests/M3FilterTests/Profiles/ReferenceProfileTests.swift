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
    // A title in capitals before a quotation mark is not UTF-8 read as Latin-1.
    "O jornal chama-se «AMANHÃ» e saiu pela primeira vez em Lisboa no ano passado.",
    "\u{F0B7} The bridge crosses the river near the northern market.\n\u{F0B7} The stones are measured in spring.",
    "The function os.path.join() takes two paths or more (section 3.1) and returns one, or raises `ValueError`.",
  ])
  func prose(text: String) {
    #expect(reason(text) == nil, "\(text)")
  }

  /// Prose that was cut within a sentence has no mark of its end.
  @Test(arguments: [
    """
    Alfonso: Alfonso el Menor, or simply Alfonso, who was named after the brother of his mother, had been the governor \
    of the northern valley from 912 to 929, and after the long war on the coast,
    """,
    "橋を渡る前に川の水の高さを調べなければならないことを確認するために、村の人々は毎年の春になると石を測り直し、北の市場の近くにある古い家に集まって、",
    """
    اکنون این سنگ‌ها باید در جای خود گذاشته شوند و باید اطمینان یابیم که پل کهنه‌ی نزدیک بازار که مردم روستا آن را \
    در زمستان ساخته‌اند همچنان استوار
    """,
    "每年春天人们都要把石头重新量一遍，因为河里的水会把它们推动一点，而村里的孩子们上学的时候都要从这座旧桥上走过，",
    """
    Một cây cầu cũ đi qua con sông gần khu chợ phía bắc và người dân trong làng phải đo lại những viên đá vào mỗi mùa \
    xuân,
    """,
    """
    The old bridge crosses the river near the northern market and was built by the people
    of the valley after a long winter in which the water had carried away the first one,
    """,
  ])
  func cutProse(text: String) throws {
    #expect(reason(text) == nil, "\(text)")
    // The rule looks at it.
    #expect(try #require(Measured(text, by: profile)["min_prose_fraction"]) >= 0.5)
  }

  /// Lists and code without a sentence's end.
  @Test(arguments: [
    """
    Overview of the northern markets, Measurement of stones, Bridges over the river, Letters of the valley, Children at \
    the station, Stories of the winter, Carts and their makers, People of the coast, Songs of spring
    """,
    """
    image_load_mip       vdst,   vaddr,    srsrc           dmask unorm glc slc da
    image_load_pack      vdst,   vaddr,    srsrc           dmask unorm glc slc da
    image_sample_cd      vdst,   vaddr,    srsrc           dmask unorm glc slc da
    """,
    """
    Driver of the small serial port on the old board

    Notes on the change of the identifiers of a user

    Support for the random numbers of the chipset

    Using the initial disk in the memory of the machine
    """,
  ])
  func lists(text: String) throws {
    let measured = Measured(text, by: profile)
    #expect(try #require(measured["min_prose_fraction"]) < 0.5)
    #expect(profile.rejection(of: FilterText(text)) != nil)
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
    ("garbled", "The river near the market of the valley \u{E000}\u{E001} and the bridge."),
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
    BoundCase("max_garbled_fraction", 0.005, kept: true, "\u{7}\u{7}" + String(repeating: "a", count: 398)),
    BoundCase("max_garbled_fraction", 0.01, kept: false, "\u{7}\u{7}" + String(repeating: "a", count: 198)),
    // One is an accident.
    BoundCase("max_garbled_fraction", 0, kept: true, "\u{7}" + String(repeating: "a", count: 99)),
    BoundCase("max_garbled_fraction", 0, kept: true, "Ã©" + String(repeating: "a", count: 98)),
    BoundCase("max_garbled_fraction", 0.04, kept: false, "Ã©aÃ©" + String(repeating: "a", count: 95)),
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
    BoundCase("min_prose_fraction", 1, kept: true, Texts.words(25).joined(separator: " ")),
    BoundCase("min_prose_fraction", 0, kept: false, Texts.words(25).joined(separator: ".")),
    // A paragraph of 15 words, and one of as many whose clauses have five.
    BoundCase("min_prose_fraction", 0.5, kept: true, Self.paragraphs(prose: 15, list: 15)),
    BoundCase("min_prose_fraction", 15.0 / 31, kept: false, Self.paragraphs(prose: 15, list: 16)),
    BoundCase("min_prose_fraction", 0, kept: false, Self.paragraphs(prose: 14, list: 15)),
    // A clause of six words, and of five.
    BoundCase("min_prose_fraction", 1, kept: true, Self.clauses([5, 5, 6, 5, 5])),
    BoundCase("min_prose_fraction", 0, kept: false, Self.clauses([5, 5, 5, 5, 5])),
    // Two letters are a word.
    BoundCase("min_prose_fraction", 1, kept: true, Self.unspaced([10, 10, 12, 10, 10])),
    BoundCase("min_prose_fraction", 0, kept: false, Self.unspaced([11, 11, 11, 11, 11])),
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

  /// The rule on sentences does not look at a text with a sentence's end, nor at a short one.
  @Test func proseIsNotAsked() {
    #expect(Measured(Texts.words(25).joined(separator: " ") + ".", by: profile)["min_prose_fraction"] == nil)
    #expect(Measured(Texts.words(24).joined(separator: ", "), by: profile)["min_prose_fraction"] == nil)
  }

  private static func paragraphs(prose: Int, list: Int) -> String {
    let words = Texts.words(prose + list)
    let entries = stride(from: prose, to: words.count, by: 5).map {
      words[$0..<min($0 + 5, words.count)].joined(separator: " ")
    }
    return words[..<prose].joined(separator: " ") + "\n\n" + entries.joined(separator: ", ")
  }

  private static func clauses(_ lengths: [Int]) -> String {
    lengths.map { Texts.words($0).joined(separator: " ") }.joined(separator: "; ")
  }

  private static func unspaced(_ lengths: [Int]) -> String {
    lengths.map { Texts.characters($0) }.joined(separator: "，")
  }
}
