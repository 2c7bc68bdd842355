import M3Bytes
import M3Text
import Testing

/// Rules that rewrite characters, in a double array built by hand.
@Suite struct CharacterMapTests {
  /// "a" → "xy" (replacement at 0) and "ab" → "" (at 3).
  static let units: [UInt32] = {
    var units = [UInt32](repeating: 0, count: 0x200)
    // From the root, unit 0, children are at 0 ^ label: "a" is unit 0x61, whose way to its children leads to 0x100.
    units[0x61] = (0x161 << 10) | 1 << 8 | 0x61
    units[0x100] = 1 << 31 | 0
    // "b" behind it is unit 0x162.
    units[0x162] = (0x63 << 10) | 1 << 8 | 0x62
    units[0x101] = 1 << 31 | 3
    return units
  }()
  static let replacements = Array("xy\0\0é\0".utf8)

  static func map(_ units: [UInt32] = units, _ replacements: [UInt8] = replacements) -> [UInt8] {
    var writer = ByteWriter()
    writer.integer(UInt32(4 * units.count))
    for unit in units { writer.integer(unit) }
    writer.append(replacements)
    return writer.bytes
  }

  private static func tokenizer(_ map: [UInt8], _ model: String = "llama") throws -> Tokenizer {
    var definition = Definitions.pieces(
      ["a": -1, "b": -2, "x": -3, "y": -4, "xy": -5, "▁": -6, "yx": -7], model: model)
    definition.addsSpacePrefix = false
    definition.precompiledCharacterMap = map
    return try Tokenizer(definition)
  }

  @Test(arguments: ["llama", "t5"]) func theLongestRuleIsApplied(model: String) throws {
    let tokenizer = try Self.tokenizer(Self.map(), model)
    let (b, x, y, xy) = (Int32(3), Int32(4), Int32(5), Int32(6))
    #expect(tokenizer.encode("a") == [xy])
    #expect(tokenizer.encode("ab").isEmpty)
    #expect(tokenizer.encode("aba") == [xy])
    #expect(tokenizer.encode("abb") == [b])
    #expect(tokenizer.encode("y a") == [y, 7, xy])
    #expect(tokenizer.encode("xaby") == [xy])
    #expect(tokenizer.encode("\0x") == [0, x])
  }

  /// "a" alone is another text than "ab": between them there is no stable place, nor within what one became.
  @Test func boundaries() throws {
    let tokenizer = try Self.tokenizer(Self.map())
    func boundaries(_ text: String) -> [StableBoundary] {
      var text = text
      var ids: [Int32] = []
      var boundaries: [StableBoundary] = []
      _ = text.withUTF8 { tokenizer.encode($0, until: .max, into: &ids, boundaries: &boundaries) }
      return boundaries
    }
    #expect(boundaries("bab b").map(\.byteOffset) == [4, 5])
    #expect(boundaries("b a").map(\.byteOffset) == [1, 2, 3])
  }

  @Test func userDefinedTokensStay() throws {
    var definition = Definitions.pieces(["a": -1, "b": -2, "xy": -5, "▁": -6, "aa": -1])
    definition.types[6] = 4
    definition.precompiledCharacterMap = Self.map()
    #expect(try Tokenizer(definition).encode("aaab") == [5, 6])
    #expect(try Tokenizer(definition).encode("aaa") == [5, 6, 4])
  }

  @Test func rulesChangeTheFingerprint() throws {
    #expect(try Self.tokenizer([]).fingerprint != Self.tokenizer(Self.map()).fingerprint)
  }

  @Test func refused() {
    var short = Self.map()
    short[0] = 3
    check(Array(short.prefix(4)), "4 bytes")
    check(short, "a double array of 2051 bytes in 2059")
    check([0, 0, 0, 0, 0], "a double array of 0 bytes in 5")
    check([8, 0, 0, 0] + [UInt8](repeating: 0, count: 8), "a double array of 8 bytes in 12")
    check([0xFC, 0xFF, 0xFF, 0xFF, 0], "a double array of 4294967292 bytes in 5")
    check(Self.map(Self.units, Array("xy".utf8)), "replacements that are not UTF-8 or have no end", at: 4 + 0x800)
    check(Self.map(Self.units, [0xFF, 0]), "replacements that are not UTF-8 or have no end", at: 4 + 0x800)
    // Behind the end; within a character.
    for offset in [7, 5] as [UInt32] {
      var units = Self.units
      units[0x101] = 1 << 31 | offset
      check(Self.map(units), "unit 354 leads to no replacement", at: 4 + 4 * 0x162)
    }
    // Out of the array.
    var units = Self.units
    units[0x61] = (0x1000 << 10) | 1 << 8 | 0x61
    check(Self.map(units), "unit 97 leads to no replacement", at: 4 + 4 * 0x61)
    // "a" behind "a" is the same unit.
    units[0x61] = 0x61 << 10 | 0x61
    check(Self.map(units), "unit 97 leads to itself", at: 4 + 4 * 0x61)
  }

  private func check(
    _ map: [UInt8], _ state: String, at byteOffset: UInt64 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = FormatError(.malformed(state), field: "tokenizer.ggml.precompiled_charsmap", at: byteOffset)
    #expect(throws: error, sourceLocation: sourceLocation) { try Self.tokenizer(map) }
  }
}
