import M3Filter
import Testing

@Suite struct LanguageProfileTests {
  private static let traditional = "河邊的舊橋離北邊的市場不遠，人們每年春天都要重新量一遍石頭，因為水會把它們推動一點。"

  @Test func scripts() {
    let chinese = LanguageProfile(languages: ["zh"])
    let onlyTraditional = LanguageProfile(languages: ["zh-Hant"])
    #expect(chinese.rejection(of: FilterText(Texts.chinese)) == nil)
    #expect(chinese.rejection(of: FilterText(Self.traditional)) == nil)
    #expect(onlyTraditional.rejection(of: FilterText(Self.traditional)) == nil)
    #expect(onlyTraditional.rejection(of: FilterText(Texts.chinese)) != nil)
  }

  /// The share decides: the bound itself is kept, and what is just below is not.
  @Test func bound() throws {
    let mixed = FilterText(Texts.english + " " + Texts.chinese)
    var profile = LanguageProfile(languages: ["en"])
    let share = try #require(profile.values(of: mixed)[0])
    #expect(share > 0.3 && share < 0.9)
    profile.rules[0].bound.threshold = share
    #expect(profile.rejection(of: mixed) == nil)
    profile.rules[0].bound.threshold = share + 0.01
    #expect(profile.rejection(of: mixed)?.value == share)
  }
}
