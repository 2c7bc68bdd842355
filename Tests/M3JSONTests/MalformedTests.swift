import M3Bytes
import M3JSON
import Testing

/// Texts that are not JSON: each with the problem and the offset of the first byte that is wrong.
struct MalformedTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let problem: FormatError.Problem
    let offset: UInt64

    init(_ name: String, _ text: String, _ problem: FormatError.Problem, _ offset: UInt64) {
      self.init(name, Array(text.utf8), problem, offset)
    }

    init(_ name: String, _ bytes: [UInt8], _ problem: FormatError.Problem, _ offset: UInt64) {
      (self.name, self.bytes, self.problem, self.offset) = (name, bytes, problem, offset)
    }

    var testDescription: String { name }
  }

  private static let ended = FormatError.Problem.truncated(needed: 1, available: 0)
  private static let notUTF8 = FormatError.Problem.malformed("not UTF-8")
  private static let noValue = FormatError.Problem.malformed("a value expected")
  private static let noDigit = FormatError.Problem.malformed("a digit expected")
  private static let noComma = FormatError.Problem.malformed("a comma or the end expected")
  private static let noKey = FormatError.Problem.malformed("a key expected")
  private static let behind = FormatError.Problem.malformed("bytes behind the value")
  private static let control = FormatError.Problem.malformed("a control character that is not escaped")
  private static let badEscape = FormatError.Problem.malformed("an unknown escape")
  private static let noHex = FormatError.Problem.malformed("a hexadecimal digit expected")
  private static let noLow = FormatError.Problem.malformed("a high surrogate without a low one")
  private static let noHigh = FormatError.Problem.malformed("a low surrogate without a high one")

  static let structure: [Case] = [
    Case("nothing", "", ended, 0),
    Case("white space only", " \n\t\r ", ended, 5),
    Case("a byte order mark", "\u{FEFF}1", noValue, 0),
    Case("UTF-16", [0xFF, 0xFE, 0x31, 0x00], noValue, 0),
    Case("form feed as white space", "\u{0C}1", noValue, 0),
    Case("no-break space as white space", "\u{A0}1", noValue, 0),
    Case("two values", "1 2", behind, 2),
    Case("a closing bracket too many", "[1]]", behind, 3),
    Case("NUL behind", "1\0", behind, 1),
    Case("a comment", "/* */1", noValue, 0),
    Case("a comment behind", "1 // one", behind, 2),
    Case("an open array", "[", ended, 1),
    Case("an open array with an element", "[1", ended, 2),
    Case("an open array with a comma", "[1,", ended, 3),
    Case("a trailing comma in an array", "[1,]", noValue, 3),
    Case("a leading comma in an array", "[,1]", noValue, 1),
    Case("two commas in an array", "[1,,2]", noValue, 3),
    Case("no comma in an array", "[1 2]", noComma, 3),
    Case("an array closed by a brace", "[1}", noComma, 2),
    Case("a colon in an array", "[1:2]", noComma, 2),
    Case("an open object", "{", ended, 1),
    Case("an object closed by a bracket", "{]", noKey, 1),
    Case("a trailing comma in an object", #"{"a":1,}"#, noKey, 7),
    Case("a leading comma in an object", #"{,"a":1}"#, noKey, 1),
    Case("no comma in an object", #"{"a":1 "b":2}"#, noComma, 7),
    Case("no colon", #"{"a" 1}"#, .malformed("a colon expected"), 5),
    Case("no value", #"{"a":}"#, noValue, 5),
    Case("an open object behind a key", #"{"a""#, ended, 4),
    Case("an open object behind a colon", #"{"a":"#, ended, 5),
    Case("an open object behind a member", #"{"a":1"#, ended, 6),
    Case("a bare key", "{a:1}", noKey, 1),
    Case("a key in single quotes", "{'a':1}", noKey, 1),
    Case("a number as key", "{1:1}", noKey, 1),
  ]

  static let scalars: [Case] = [
    Case("a capital letter", "True", noValue, 0),
    Case("a word cut short", "tru", ended, 3),
    Case("a word with another end", "nulL", .malformed("null expected"), 3),
    Case("a word too long", "truee", behind, 4),
    Case("NaN", "NaN", noValue, 0),
    Case("Infinity", "-Infinity", noDigit, 1),
    Case("a plus sign", "+1", noValue, 0),
    Case("a bare minus sign", "-", ended, 1),
    Case("two minus signs", "--1", noDigit, 1),
    Case("a leading zero", "01", .malformed("a number with a leading zero"), 1),
    Case("a leading zero behind minus", "-012", .malformed("a number with a leading zero"), 2),
    Case("no digit before the point", ".5", noValue, 0),
    Case("no digit behind the point", "1.", ended, 2),
    Case("no digit behind the point, exponent", "1.e5", noDigit, 2),
    Case("no digit in the exponent", "1e", ended, 2),
    Case("no digit in the signed exponent", "[1E+]", noDigit, 4),
    Case("two points", "1.2.3", behind, 3),
    Case("hexadecimal", "0x10", behind, 1),
    Case("digits of another script", "\u{0661}", noValue, 0),
    Case("thousands", "1_000", behind, 1),
  ]

  static let strings: [Case] = [
    Case("an open string", #""abc"#, ended, 4),
    Case("an open string of a quote", #"""#, ended, 1),
    Case("an open string behind a backslash", #""\"#, ended, 2),
    Case("single quotes", "'a'", noValue, 0),
    Case("a line feed", "\"a\nb\"", control, 2),
    Case("a tab", "\"\t\"", control, 1),
    Case("NUL", "\"ab\0\"", control, 3),
    Case("U+001F", "\"\u{1F}\"", control, 1),
    Case("an escaped line feed", "\"\\\n\"", badEscape, 1),
    Case("an unknown escape", #""ab\x41""#, badEscape, 3),
    Case("a capital escape", #""\N""#, badEscape, 1),
    Case("an octal escape", #""\012""#, badEscape, 1),
    Case("a capital U", #""\U0041""#, badEscape, 1),
    Case("three digits", #""\u004""#, noHex, 6),
    Case("a sign for a digit", #""\u+041""#, noHex, 3),
    Case("a space for a digit", #""\u 041""#, noHex, 3),
    Case("no digits", #""\u"#, ended, 3),
    Case("a low surrogate", #""\uDC00""#, noHigh, 1),
    Case("a low surrogate behind text", #""ab\udfffcd""#, noHigh, 3),
    Case("a high surrogate", #""\uD800""#, noLow, 1),
    Case("a high surrogate at the end", #""\uD800"#, ended, 7),
    Case("a high surrogate and half an escape", #""\uD800\"#, ended, 8),
    Case("a high surrogate and text", #""\uD800a""#, noLow, 1),
    Case("a high surrogate and another escape", #""\uDBFF\n""#, noLow, 1),
    Case("two high surrogates", #""\uD800\uD800""#, noLow, 1),
    Case("a high surrogate and a letter", #""\uD800\u0041""#, noLow, 1),
    Case("low before high", #""\uDC00\uD800""#, noHigh, 1),
    Case("a pair and a low surrogate", #""\uD83D\uDE00\uDE00""#, noHigh, 13),
    Case("a surrogate in UTF-8", [0x22, 0xED, 0xA0, 0x80, 0x22], notUTF8, 1),
    Case("a continuation byte", [0x22, 0x61, 0x80, 0x22], notUTF8, 2),
    Case("an overlong slash", [0x22, 0xC0, 0xAF, 0x22], notUTF8, 1),
    Case("an overlong NUL of three bytes", [0x22, 0xE0, 0x80, 0x80, 0x22], notUTF8, 1),
    Case("an overlong form of four bytes", [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], notUTF8, 1),
    Case("U+110000", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], notUTF8, 1),
    Case("five bytes", [0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], notUTF8, 1),
    Case("a sequence cut by the quote", [0x22, 0xE2, 0x82, 0x22], notUTF8, 1),
    Case("a sequence cut by an escape", [0x22, 0xE2, 0x5C, 0x6E, 0x22], notUTF8, 1),
    Case("Latin-1", [0x22, 0x63, 0x61, 0x66, 0xE9, 0x22], notUTF8, 4),
    Case("0xFF", [0x22, 0xFF, 0x22], notUTF8, 1),
    Case("not UTF-8 in a key", [0x7B, 0x22, 0xFE, 0x22, 0x3A, 0x31, 0x7D], notUTF8, 2),
    Case(
      "not UTF-8 behind forty letters", Array("\"\(String(repeating: "a", count: 40))".utf8) + [0xE9, 0x22], notUTF8, 41
    ),
  ]

  static let objects: [Case] = [
    Case("a key twice", #"{"a":1,"a":2}"#, .duplicate("key a"), 7),
    Case("a key twice, one escaped", #"{"a":1,"\u0061":2}"#, .duplicate("key a"), 7),
    Case("a key twice, both escaped", #"{"\u0062":1, "\u0062":2}"#, .duplicate("key b"), 13),
    Case("an empty key twice", #"{"":1,"":1}"#, .duplicate("key "), 6),
    Case("a key twice inside", #"[{"x":{"k":0,"k":0}}]"#, .duplicate("key k"), 13),
    Case(
      "a long key twice", "{\"\(String(repeating: "é", count: 70))\":1,\"\(String(repeating: "é", count: 70))\":2}",
      .duplicate("key \(String(repeating: "é", count: 64))…"), 146),
  ]

  @Test(arguments: structure + scalars + strings + objects)
  func isRefused(_ example: Case) {
    let error = #expect(throws: FormatError.self) { try JSONValue.parse(example.bytes) }
    #expect(error == FormatError(example.problem, field: "JSON", at: example.offset))
    #expect(SlowJSONReader.parse(example.bytes) == nil)
  }

  @Test func duplicatesAreFoundAtEveryPlace() throws {
    // Around the limit up to which all pairs are compared, and far above it.
    for count in [2, 15, 16, 17, 18, 40, 1000] {
      let keys = (0..<count).map { "k\($0)" }
      for (first, second) in [(0, count - 1), (count - 2, count - 1), (0, 1), (count / 2 - 1, count / 2)] {
        var repeated = keys
        repeated[second] = keys[first]
        let text = "{" + repeated.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let offset = UInt64(1 + repeated[..<second].reduce(0) { $0 + $1.utf8.count + 5 })
        let error = #expect(throws: FormatError.self) { try JSONValue.parse(Array(text.utf8)) }
        #expect(error == FormatError(.duplicate("key \(keys[first])"), field: "JSON", at: offset))
      }
      let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
      #expect(try JSONValue.parse(Array(text.utf8)).objectValue?.members.count == count)
    }
  }

  @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
  func depthIsBounded(_ brackets: (String, String)) throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: brackets.0, count: depth) + "1" + String(repeating: brackets.1, count: depth)).utf8)
    }
    for limit in [1, 2, 64, 512] {
      let limits = JSONLimits(maximumDepth: limit)
      #expect(try JSONValue.parse(nested(limit), limits: limits).serialized() == nested(limit))
      let error = #expect(throws: FormatError.self) { try JSONValue.parse(nested(limit + 1), limits: limits) }
      #expect(
        error
          == FormatError(
            .outOfRange(found: "depth \(limit + 1)", allowed: "at most \(limit)"), field: "JSON",
            at: UInt64(limit * brackets.0.utf8.count)))
    }
    // A million brackets are refused as soon as the limit is passed.
    #expect(throws: FormatError.self) {
      try JSONValue.parse(Array(String(repeating: brackets.0, count: 1_000_000).utf8))
    }
  }

  @Test func keysOfOpenObjectsAreBounded() throws {
    let text = Array(#"[{"a":1,"b":2},{"c":{"d":{"e":0}}}]"#.utf8)
    #expect(throws: Never.self) { try JSONValue.parse(text, limits: JSONLimits(maximumKeys: 3)) }
    let error = #expect(throws: FormatError.self) { try JSONValue.parse(text, limits: JSONLimits(maximumKeys: 2)) }
    #expect(error == FormatError(.outOfRange(found: "3 keys", allowed: "at most 2"), field: "JSON", at: 26))
  }

  @Test func everyPrefixOfAValueIsRefused() {
    let text = Array(#" {"a":[1.5e-3,true,null,"\ud83d\ude00é",{"b":[]}],"c":-0} "#.utf8)
    let value = SlowJSONReader.parse(text)
    #expect(value != nil)
    for count in 0..<text.count {
      let prefix = Array(text[..<count])
      if SlowJSONReader.parse(prefix) == nil {
        #expect(throws: FormatError.self) { try JSONValue.parse(prefix) }
      } else {
        #expect(count == text.count - 1)
      }
    }
  }
}
