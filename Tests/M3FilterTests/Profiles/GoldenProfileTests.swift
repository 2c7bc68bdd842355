import M3Filter
import M3JSON
import M3TestSupport
import Testing

/// The decisions and the values of dolma's and NeMo Curator's own code.
@Suite struct GoldenProfileTests {
  private static func cases() throws -> [JSONFields] {
    try Fixtures.golden("filter/profiles.json").required("cases")
  }

  @Test func dolma() throws {
    let profile = DolmaGopherProfile()
    for golden in try Self.cases() {
      let text = FilterText(try golden.required("text"))
      let expected: [JSONValue] = try golden.required("dolma_values")
      try #require(expected.count == profile.rules.count)
      for (index, value) in profile.values(of: text).enumerated() {
        expect(value, equals: expected[index].doubleValue, profile.rules[index], golden)
      }
      expect(profile.rejection(of: text), equals: golden.object["dolma"], golden)
    }
  }

  /// A filter with two bounds is two rules here.
  @Test func nemo() throws {
    let profile = NeMoHeuristicProfile()
    for golden in try Self.cases() {
      let text = FilterText(try golden.required("text"))
      let expected: [JSONValue] = try golden.required("nemo_values")
      var filter = -1
      for (index, value) in profile.values(of: text).enumerated() {
        let rule = profile.rules[index]
        if index == 0 || profile.rules[index - 1].reason != rule.reason { filter += 1 }
        // The source stops counting at its bound.
        let found = rule.setting == "min_num_common_words" ? value.map { min($0, 2) } : value
        if found.map(\.isNaN) != true {
          expect(found, equals: expected[filter].doubleValue, rule, golden)
        }
      }
      #expect(filter == expected.count - 1)
      expect(profile.rejection(of: text), equals: golden.object["nemo"], golden)
    }
  }

  private func expect(
    _ value: Double?, equals expected: Double?, _ rule: FilterRule, _ golden: JSONFields
  ) {
    guard let value, let expected else {
      #expect(value == expected, "\(rule.setting) of \(golden.object["text"]?.stringValue ?? "")")
      return
    }
    // The golden values have ten digits.
    #expect(
      abs(value - expected) <= 1e-9 * max(1, abs(expected)),
      "\(rule.setting): \(value), not \(expected), of \(golden.object["text"]?.stringValue ?? "")")
  }

  private func expect(_ rejection: Rejection?, equals expected: JSONValue?, _ golden: JSONFields) {
    #expect(
      rejection?.rule.reason == expected?.arrayValue?.first?.stringValue,
      "\(golden.object["text"]?.stringValue ?? "")")
  }
}
