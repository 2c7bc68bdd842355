import M3Language
import Testing

@Suite struct LanguageIdentifierTests {
  private let identifier = LanguageIdentifier()

  @Test(arguments: [
    ("en", "The old bridge crosses the river near the northern market, and it was built after a long winter."),
    ("es", "El viejo puente cruza el río cerca del mercado del norte y fue construido después de un largo invierno."),
    ("fr", "Le vieux pont traverse la rivière près du marché du nord et fut construit après un long hiver."),
    (
      "de",
      "Die alte Brücke führt in der Nähe des nördlichen Marktes über den Fluss und wurde nach einem Winter gebaut."
    ),
    ("zh", "河边的旧桥离北边的市场不远，人们每年春天都要重新量一遍石头，因为水会把它们推动一点。"),
    ("zh-Hant", "河邊的舊橋離北邊的市場不遠，人們每年春天都要重新量一遍石頭，因為水會把它們推動一點。"),
    ("ja", "古い橋は北の市場の近くで川を渡っていて、長い冬の後に村の人々によって建てられました。"),
    ("ko", "오래된 다리는 북쪽 시장 근처에서 강을 건너며 긴 겨울이 지난 후에 지어졌습니다."),
    ("ru", "Старый мост пересекает реку недалеко от северного рынка и был построен после долгой зимы."),
    ("ar", "الجسر القديم يعبر النهر بالقرب من السوق الشمالي وقد بني بعد شتاء طويل."),
    ("he", "הגשר הישן חוצה את הנהר ליד השוק הצפוני והוא נבנה אחרי חורף ארוך."),
    ("th", "สะพานเก่าข้ามแม่น้ำใกล้ตลาดทางเหนือและสร้างขึ้นหลังจากฤดูหนาวอันยาวนาน"),
  ])
  func languages(code: String, text: String) {
    let language = identifier.identify(text)
    #expect(language.code == code)
    #expect(language.score >= 0.9 && language.score <= 1)
    #expect(language.isReliable)
    #expect(language.base == String(code.prefix(2)))
  }

  @Test(arguments: ["", " ", "\n\n", "12345", "!?!", "😀", "\0\0\0"])
  func nothing(text: String) {
    #expect(identifier.identify(text) == .undetermined)
  }

  /// Half of it by bytes.
  @Test func share() {
    let english = "The old bridge crosses the river near the northern market. "
    let russian = "Старый мост пересекает реку недалеко от рынка. "
    let language = identifier.identify(String(repeating: english, count: 6) + String(repeating: russian, count: 6))
    #expect(language.score > 0.4 && language.score < 0.8)
  }

  /// CLD2 itself refuses controls and noncharacters.
  @Test func whatIsNotForInterchange() {
    let noncharacter = String(decoding: [0xEF, 0xB7, 0x90] as [UInt8], as: UTF8.self)
    let text = "The old bridge\u{C} crosses the river\u{7F} near\(noncharacter) the northern market\0 of the valley."
    #expect(identifier.identify(text).code == "en")
  }

  /// Every byte of a text replaced by each of some: nothing is trusted to be UTF-8.
  @Test func brokenBytes() {
    let text = Array("河边的旧桥離北邊 the old bridge Жизнь 😀.".utf8)
    for index in text.indices {
      for byte: UInt8 in [0x00, 0x80, 0xC0, 0xE0, 0xED, 0xF0, 0xF4, 0xFF] {
        var broken = text
        broken[index] = byte
        let language = broken.withUnsafeBufferPointer { identifier.identify($0) }
        #expect((0...1).contains(language.score))
      }
      _ = text[..<index].withUnsafeBufferPointer { identifier.identify($0) }
    }
    #expect([UInt8](repeating: 0xFF, count: 4096).withUnsafeBufferPointer { identifier.identify($0) } == .undetermined)
  }

  @Test func longTexts() {
    #expect(identifier.identify(String(repeating: "a", count: 3 << 20)).score <= 1)
    // The limit lies within a character.
    let chinese = "a" + String(repeating: "河边的旧桥离北边的市场不远，", count: 40_000)
    #expect(identifier.identify(chinese).code == "zh")
  }

  /// The end of a long text counts as much as its beginning.
  @Test func allOfALongText() {
    let english = "The old bridge crosses the river near the northern market, and it was built after a winter. "
    let russian = "Старый мост пересекает реку недалеко от северного рынка и был построен после долгой зимы. "
    func text(_ first: String, _ megabytes: Int, _ second: String, _ rest: Int) -> String {
      String(repeating: first, count: (megabytes << 20) / first.utf8.count)
        + String(repeating: second, count: (rest << 20) / second.utf8.count)
    }
    let short = identifier.identify(text(english, 1, russian, 9))
    #expect(short.code == "ru" && short.score > 0.8 && short.score < 0.98)
    let long = identifier.identify(text(english, 8, russian, 2))
    #expect(long.code == "en" && long.score > 0.7 && long.score < 0.9)
    #expect(identifier.identify(text(english, 8, russian, 2)) == long)
  }

  @Test func longBytesThatAreNoText() {
    let bytes = [UInt8](repeating: 0x80, count: 3 << 20)
    #expect(bytes.withUnsafeBufferPointer { identifier.identify($0) } == .undetermined)
  }

  @Test func knownLanguages() {
    let codes = LanguageIdentifier.languages.map(\.code)
    #expect(Set(codes).count == codes.count && codes == codes.sorted())
    // By letters in a row, by Chinese characters, by script.
    for code in ["en", "es", "no", "he", "jv", "zh", "zh-Hant", "ja", "ko", "el", "th", "chr"] {
      #expect(codes.contains(code), "\(code)")
    }
    for code in ["und", "un", "xxx", "iw", "la", "zz", ""] { #expect(!codes.contains(code), "\(code)") }
    #expect(LanguageIdentifier.languages.first { $0.code == "es" }?.name == "SPANISH")
  }

  @Test func version() {
    #expect(LanguageIdentifier.version.firstMatch(of: /^V\d+\.\d+ - \d{8}$/) != nil)
  }

  @Test func fromManyThreads() async {
    let texts = ["The old bridge crosses the river.", "Le vieux pont traverse la rivière.", "河边的旧桥离市场不远。"]
    let expected = texts.map { identifier.identify($0) }
    await withTaskGroup(of: [IdentifiedLanguage].self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<200).map { identifier.identify(texts[$0 % 3]) } }
      }
      for await found in group {
        #expect(found.enumerated().allSatisfy { $1 == expected[$0 % 3] })
      }
    }
  }
}
