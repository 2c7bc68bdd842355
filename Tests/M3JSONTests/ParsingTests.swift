import M3Bytes
import M3JSON
import Testing

struct ParsingTests {
  static let accepted: [(text: String, value: JSONValue)] = [
    (" null ", .null), ("true", true), ("\t\r\nfalse\n", false),
    ("0", 0), ("-1", -1), ("9223372036854775807", 9_223_372_036_854_775_807),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number("9223372036854775808")),
    ("-0", .number("-0")), ("0.0", .number("0.0")), ("1E400", .number("1E400")), ("-1.5e+07", .number("-1.5e+07")),
    ("123456789012345678901234567890", .number("123456789012345678901234567890")),
    (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0000\u001f\u007F""#, "\0\u{1F}\u{7F}"), (#""\u00e9\u20AC\ud83d\uDE00""#, "é€😀"),
    (
      "\"\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFD}\u{FFFE}\u{FFFF}\u{10000}\u{10FFFF}\"",
      "\u{7F}\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFD}\u{FFFE}\u{FFFF}\u{10000}\u{10FFFF}"
    ),
    ("\"\u{2028}\u{2029}\u{FEFF}\"", "\u{2028}\u{2029}\u{FEFF}"),
    ("[]", []), ("[ ]", []), ("[[],[[]]]", [[], [[]]]), ("[1 ,\n2]", [1, 2]),
    ("{}", [:]), ("{ }", [:]), (#"{"":0}"#, ["": 0]), (#"{ "a" : [ { } ] , "b" : null }"#, ["a": [[:]], "b": .null]),
    ("{\"e\u{301}\":1,\"\u{E9}\":2}", ["e\u{301}": 1, "\u{E9}": 2]),
  ]

  @Test(arguments: accepted)
  func isAccepted(_ example: (text: String, value: JSONValue)) throws {
    let bytes = Array(example.text.utf8)
    #expect(try JSONValue.parse(bytes) == example.value)
    #expect(SlowJSONReader.parse(bytes) == example.value)
  }

  @Test func objectsKeepTheirOrder() throws {
    let value = try JSONValue.parse(Array(#"{"b":1,"a":2,"c":3}"#.utf8))
    #expect(value.objectValue?.members.map(\.key) == ["b", "a", "c"])
  }

  @Test func everyCodeUnitEscape() throws {
    for unit in UInt16.min...UInt16.max {
      let digits = Hexadecimal.string(unit)
      for text in ["\"\\u\(digits)\"", "\"\\u\(digits.uppercased())\""] {
        if let scalar = Unicode.Scalar(unit) {
          #expect(try JSONValue.parse(Array(text.utf8)) == .string(String(Character(scalar))))
        } else {
          #expect(throws: FormatError.self) { try JSONValue.parse(Array(text.utf8)) }
        }
      }
    }
  }

  @Test func everySurrogatePair() throws {
    // All 2^20 scalar values above U+FFFF in one text for each high surrogate.
    for high in UInt32(0xD800)...0xDBFF {
      var text = "\""
      var expected = ""
      for low in UInt32(0xDC00)...0xDFFF {
        text += "\\u\(Hexadecimal.string(UInt16(high)))\\u\(Hexadecimal.string(UInt16(low)))"
        expected.unicodeScalars.append(Unicode.Scalar(0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00))!)
      }
      let value = try JSONValue.parse(Array((text + "\"").utf8))
      #expect(value.stringValue?.utf8.elementsEqual(expected.utf8) == true)
    }
  }

  @Test func pairsOfCodeUnitsAtTheBounds() {
    let units: [UInt16] = [0x0041, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF]
    for first in units {
      for second in units {
        let text = Array("\"\\u\(Hexadecimal.string(first))\\u\(Hexadecimal.string(second))\"".utf8)
        #expect((try? JSONValue.parse(text)) == SlowJSONReader.parse(text))
      }
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func damagedTextsAreJudgedAsByTheSlowReader(_ seed: UInt64) {
    var random = SplitMix(seed)
    var accepted = 0
    for _ in 0..<4_000 {
      var bytes = random.json(depth: 4).serialized([.canonical, .compact, .pretty].randomElement(using: &random)!)
      for _ in 0..<Int.random(in: 0...2, using: &random) { random.damage(&bytes) }
      let value = try? JSONValue.parse(bytes)
      #expect(value == SlowJSONReader.parse(bytes), "\(String(decoding: bytes, as: UTF8.self))")
      if value != nil { accepted += 1 }
    }
    #expect((1_000..<3_800).contains(accepted))
  }
}
