import M3Filter
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
}
