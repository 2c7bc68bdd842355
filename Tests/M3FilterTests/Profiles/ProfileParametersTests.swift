import M3Bytes
import M3Filter
import M3JSON
import M3Language
import Testing

@Suite struct ProfileParametersTests {
  @Test func languages() {
    let parameters = LanguageProfile(languages: ["fr", "en"]).parameters
    #expect(parameters == ["cld2": .string(LanguageIdentifier.version), "languages": ["en", "fr"]])
    #expect(parameters != LanguageProfile(languages: ["en"]).parameters)
  }

  @Test(arguments: ["memory3", "map-cc", "chinesewebtext"])
  func icu(name: String) throws {
    let parameters = try ProfileRegistry.profile(named: name).parameters
    #expect(parameters == ["icu": .string(ICULibrary.version), "icu_data": .string(ICULibrary.dataVersion)])
  }

  /// Not their order, which decides nothing.
  @Test func sensitiveWords() throws {
    let parameters = ChineseWebTextProfile(sensitiveWords: ["桥", "", "a"]).parameters
    let words = try #require(parameters["sensitive_words"]?.objectValue)
    #expect(words["count"] == 2)
    #expect(words["sha256"]?.stringValue == SHA256Digest.of([0x61, 0xFF] + Array("桥".utf8)).description)
    #expect(parameters["icu"] == .string(ICULibrary.version))
    #expect(ChineseWebTextProfile(sensitiveWords: ["a", "桥"]).parameters == parameters)
    #expect(ChineseWebTextProfile(sensitiveWords: ["a桥"]).parameters != parameters)
  }

  /// What rests on nothing but its code has none.
  @Test func ownRules() {
    #expect(ReferenceProfile().parameters == [:])
    #expect(GopherQualityProfile().parameters == [:])
  }
}
