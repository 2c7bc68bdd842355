import M3Bytes
import M3JSON
import Testing

struct SerializationTests {
  private func text(_ value: JSONValue, _ style: JSONStyle) -> String {
    String(decoding: value.serialized(style), as: UTF8.self)
  }

  @Test func styles() {
    let value: JSONValue = ["b": [1, "x", [], [:]], "a": ["d": .null, "c": true]]
    #expect(text(value, .canonical) == #"{"a":{"c":true,"d":null},"b":[1,"x",[],{}]}"#)
    #expect(text(value, .compact) == #"{"b":[1,"x",[],{}],"a":{"d":null,"c":true}}"#)
    #expect(
      text(value, .pretty) == """
        {
          "a": {
            "c": true,
            "d": null
          },
          "b": [
            1,
            "x",
            [],
            {}
          ]
        }

        """)
  }

  /// `json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))` of Python 3.11:
  /// its keys are in the order of code points, which is that of UTF-8 bytes.
  @Test(arguments: [
    (
      #"{"z":1,"a":[1,2.5,-0.0,1e+16,1e-07],"é":"é","Z":null}"#,
      #"{"Z":null,"a":[1,2.5,-0.0,1e+16,1e-07],"z":1,"é":"é"}"#
    ),
    (#"{"\uffff":1,"\ud800\udc00":2,"\ue000":3}"#, "{\"\u{E000}\":3,\"\u{FFFF}\":1,\"\u{10000}\":2}"),
    (
      #""\u0000\u0001\b\t\n\u000b\f\r\u001f \"/\\\u007f\u0080\u2028""#,
      "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"/\\\\\u{7F}\u{80}\u{2028}\""
    ),
  ])
  func canonicalIsWhatPythonWrites(_ example: (input: String, expected: String)) throws {
    #expect(text(try JSONValue.parse(Array(example.input.utf8)), .canonical) == example.expected)
  }

  @Test func everyControlCharacter() throws {
    for byte in UInt8(0)..<0x80 {
      let string = String(Unicode.Scalar(byte))
      let short: [UInt8: String] = [
        8: #"\b"#, 9: #"\t"#, 10: #"\n"#, 12: #"\f"#, 13: #"\r"#, 0x22: #"\""#, 0x5C: #"\\"#,
      ]
      let expected = short[byte] ?? (byte < 0x20 ? "\\u00\(Hexadecimal.string([byte]))" : string)
      #expect(text(.string(string), .canonical) == "\"\(expected)\"")
    }
  }

  @Test(arguments: [UInt64(11), 12])
  func randomValuesComeBack(_ seed: UInt64) throws {
    var random = SplitMix(seed)
    for _ in 0..<3_000 {
      let value = random.json(depth: 5)
      for style in [JSONStyle.canonical, .compact, .pretty] {
        #expect(try JSONValue.parse(value.serialized(style)) == value)
      }
      #expect(try JSONValue.parseCanonical(value.serialized()) == value)
    }
  }

  @Test(
    arguments: [
      (#"{"b":1,"a":2}"#, 2), (#"[1, 2]"#, 3), (" 1", 0), ("1\n", 1), (#""\u0041""#, 1), (#""\/""#, 1),
      (#""\u00E9""#, 1),
      (#""\u001F""#, 6),
    ] as [(String, UInt64)])
  func parseCanonicalRefusesOtherForms(_ example: (text: String, offset: UInt64)) {
    let bytes = Array(example.text.utf8)
    #expect(throws: Never.self) { try JSONValue.parse(bytes) }
    let error = #expect(throws: FormatError.self) { try JSONValue.parseCanonical(bytes) }
    #expect(error == FormatError(.malformed("not in canonical form"), field: "JSON", at: example.offset))
  }

  @Test(
    arguments: [0.0, -0.0, 1, 0.1, 1e16, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -123.456, 1 / 3]
      as [Double])
  func doublesComeBackExactly(_ number: Double) throws {
    let read = try JSONValue.parse(JSONValue.double(number).serialized()).doubleValue
    #expect(read?.bitPattern == number.bitPattern)
  }

  @Test func numbersThatJSONCannotExpress() throws {
    for number in [Double.nan, .infinity, -.infinity] { #expect(JSONValue.double(number) == .null) }
    #expect(try JSONValue.parse(Array("1e999".utf8)).doubleValue == nil)
  }
}
