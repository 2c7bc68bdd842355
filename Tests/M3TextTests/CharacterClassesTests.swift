import M3JSON
import M3TestSupport
import M3Text
import Testing

@Suite struct CharacterClassesTests {
  /// Every code point, as the regular expression and the digits of the `tokenizers` package take it.
  @Test func allCodePointsAreWhatTheReferenceTakesThemFor() throws {
    let golden = try Fixtures.tokenizerGolden("classes")
    let runs: [JSONValue] = try golden.required("runs")
    let starts = runs.compactMap { $0.arrayValue?[0].integerValue }
    try #require(starts.count == runs.count && runs.count > 1000)
    var differing: [Int64] = []
    for (index, run) in runs.enumerated() {
      let name = try #require(run.arrayValue?[1].stringValue)
      let kind = try #require(Self.classes[name])
      let isDigit = run.arrayValue?[2].boolValue == true
      let end = index + 1 < starts.count ? starts[index + 1] : 0x110000
      for value in starts[index]..<end where !(0xD800..<0xE000).contains(value) {
        let ofPattern = CharacterClasses.unicode16[UInt32(value)]
        let withDigits = CharacterClasses.unicode16WithNumbers17[UInt32(value)]
        if ofPattern != kind || (withDigits == .number) != isDigit { differing.append(value) }
        if !isDigit && withDigits != ofPattern { differing.append(value) }
      }
    }
    #expect(differing.isEmpty)
  }

  @Test func nothingBeyondUnicode() {
    #expect(CharacterClasses.unicode16[0x110000] == .other)
    #expect(CharacterClasses.unicode16[DecodedScalar.invalid] == .other)
  }

  static let classes: [String: CharacterClass] = [
    "letter": .letter, "number": .number, "space": .space, "other": .other,
  ]
}
