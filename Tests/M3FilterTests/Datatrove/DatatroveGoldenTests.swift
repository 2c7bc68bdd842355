import M3Bytes
import M3Filter
import M3JSON
import M3TestSupport
import Testing

/// Decisions of datatrove 0.10.1: `fixtures/filter/datatrove_golden.py`.
@Suite struct DatatroveGoldenTests {
  static let profiles: [any FilterProfile] = [
    GopherQualityProfile(), GopherRepetitionProfile(), C4Profile(), C4Profile(terminalPunctuation: false),
    FineWebProfile(),
  ]

  @Test func decisions() throws {
    let cases = try Self.cases()
    #expect(cases.count == 306)
    var reasons: Set<String> = []
    for fields in cases {
      let text: String = try fields.required("text")
      // One text for all profiles, so that they share its views.
      let shared = FilterText(text)
      for profile in Self.profiles {
        let expected = try Self.reason(fields.required(profile.name))
        #expect(profile.rejection(of: shared)?.rule.reason == expected, "\(profile.name): \(text)")
        if let expected { reasons.insert("\(profile.name)/\(expected)") }
      }
    }
    #expect(reasons.count == 32)
  }

  /// A profile decides alike on a text of its own and one that others have seen, and by all its values.
  @Test func valuesTellTheDecision() throws {
    for fields in try Self.cases() {
      let text = FilterText(try fields.required("text"))
      for profile in Self.profiles {
        let values = profile.values(of: text)
        let fails = zip(profile.rules, values).contains { rule, value in value.map(rule.bound.holds) == false }
        #expect(fails == (profile.rejection(of: text) != nil))
      }
    }
  }

  @Test(arguments: [true, false]) func rewritten(terminalPunctuation: Bool) throws {
    let profile = C4Profile(terminalPunctuation: terminalPunctuation)
    var changedCount = 0
    for fields in try Self.cases() {
      let text: String = try fields.required("text")
      let digests: JSONFields = try fields.required("rewritten")
      guard let digest: JSONValue = try digests.optional(profile.name) else { continue }
      let expected = try Self.reason(digest)
      let rewritten = profile.rewritten(text)
      if let expected {
        changedCount += 1
        #expect(SHA256Digest.of(Array(rewritten.utf8)).description == expected, "\(text)")
      } else {
        #expect(rewritten.utf8.elementsEqual(text.utf8), "\(text)")
      }
    }
    #expect(changedCount > 20)
  }

  private static func cases() throws -> [JSONFields] {
    let path = Fixtures.path("filter/datatrove.golden.jsonl")
    return try ReadableFile.contents(of: path, limit: 1 << 24).split(separator: UInt8(ascii: "\n")).dropFirst().map {
      try JSONFields(JSONValue.parse(Array($0)), path: "datatrove.golden.jsonl")
    }
  }

  private static func reason(_ value: JSONValue) throws -> String? {
    value == .null ? nil : try String.read(value, path: "reason")
  }
}
