import M3Filter
import M3JSON
import Testing

@Suite struct ProfileRegistryTests {
  @Test(arguments: ProfileRegistry.entries)
  func everyProfile(entry: ProfileEntry) throws {
    #expect(try ProfileRegistry.profile(named: entry.name).name == entry.name)
    #expect(try ProfileRegistry.profile(named: entry.versionedName).version == entry.version)
    #expect(!entry.profile.rules.isEmpty && !entry.summary.isEmpty && !entry.summary.contains("\n"))
    let rules = entry.profile.rules.map { "\($0.reason) \($0.setting) \($0.bound.relation)" }
    #expect(Set(rules).count == rules.count)
  }

  @Test func namesAreDistinct() {
    let names = ProfileRegistry.entries.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("reference"))
  }

  @Test func withoutSource() throws {
    #expect(try ProfileRegistry.profile(named: "gopher").name == "gopher@dolma")
    #expect(try ProfileRegistry.profile(named: "heuristic-en").name == "heuristic-en@nemo")
  }

  @Test(arguments: [
    ("referense", "reference"), ("memory-3", "memory3"),
    ("gopher-qualty@datatrove", "gopher-quality@datatrove"),
    ("gopher@dolma-1.0", "gopher@dolma"), ("mapcc", "map-cc"), ("Reference", "reference"),
    ("language:", "language"),
  ])
  func unknown(name: String, nearest: String) {
    let error = #expect(throws: UnknownProfileError.self) {
      try ProfileRegistry.profile(named: name)
    }
    #expect(error?.name == name)
    #expect(error?.nearest.first == nearest)
    #expect(error?.description.contains("\"\(name)\"") == true)
  }

  @Test func languages() throws {
    let spanish = try ProfileRegistry.profile(named: "language:es,fr")
    #expect(spanish.rejection(of: FilterText(Texts.spanish)) == nil)
    #expect(spanish.rejection(of: FilterText(Texts.english))?.rule.reason == "language")
    let standard = try ProfileRegistry.profile(named: "language")
    #expect(standard.rejection(of: FilterText(Texts.chinese)) == nil)
    #expect(standard.rejection(of: FilterText(Texts.spanish))?.value == 0)
    #expect(throws: UnknownProfileError.self) {
      try ProfileRegistry.profile(named: "language:en,,es")
    }
  }

  @Test(arguments: [
    ("language:EN", ["en"]), ("language:en, fr", ["en", "fr"]), ("language: fr ,en ", ["en", "fr"]),
    ("language:ZH-hant", ["zh-Hant"]), ("language:he", ["he"]),
  ])
  func tagsAsTheyAreWritten(name: String, tags: [String]) throws {
    let profile = try ProfileRegistry.profile(named: name)
    #expect(profile.parameters["languages"] == .array(tags.map { .string($0) }))
  }

  @Test(arguments: [
    ("language:english", "english", "en"), ("language:en,SPANISH", "spanish", "es"), ("language:en-US", "en-us", "en"),
    ("language:zh-Hans", "zh-Hans", "zh"), ("language:zz", "zz", "az"), ("language:un", "un", "bn"),
  ])
  func unknownLanguage(name: String, tag: String, nearest: String) {
    let error = #expect(throws: UnknownProfileError.self) {
      try ProfileRegistry.profile(named: name)
    }
    #expect(error?.language == tag)
    #expect(error?.nearest.first == nearest)
    #expect(error?.description.contains("\"\(tag)\"") == true)
  }
}
