import M3Bytes
import M3JSON
import Testing

struct ValueTests {
  @Test func membersAreSetReplacedAndRemoved() {
    var object: JSONObject = ["a": 1, "b": 2]
    object["c"] = 3
    object["a"] = "x"
    object["b"] = nil
    object["absent"] = nil
    #expect(object.members.map(\.key) == ["a", "c"])
    #expect(object["a"] == "x")
    #expect(object["b"] == nil)
  }

  @Test func equalityIsByMeaning() {
    #expect(["a": 1, "b": 2] as JSONValue == ["b": 2, "a": 1])
    #expect(["a": 1] as JSONValue != ["a": 1, "b": 2])
    #expect([1, 2] as JSONValue != [2, 1])
    #expect("e\u{301}" as JSONValue != "\u{E9}")
    #expect(["e\u{301}": 1] as JSONValue != ["\u{E9}": 1])
    #expect(JSONValue.number("1.0") != 1)
    #expect(JSONValue.null != false)
  }

  @Test func accessors() {
    #expect(JSONValue.integer(3).doubleValue == 3)
    #expect(JSONValue.number("3.0").integerValue == nil)
    #expect(JSONValue.string("3").integerValue == nil)
    #expect(JSONValue.bool(true).integerValue == nil)
    #expect(JSONValue.array([1]).arrayValue == [1])
    #expect(JSONValue.null.objectValue == nil)
    #expect(JSONValue.null.boolValue == nil)
  }

  private func fields(_ text: String) throws -> JSONFields {
    try JSONFields(JSONValue.parse(Array(text.utf8)), path: "manifest")
  }

  @Test func fieldsOfEveryType() throws {
    let fields = try fields(
      #"{"name":"x","count":18446744073709551615,"rate":0.5,"on":true,"shape":[1,2],"parts":[{"size":1},{"size":2}]}"#)
    #expect(try fields.required("name") == "x")
    #expect(try fields.required("count", as: UInt64.self) == .max)
    #expect(try fields.required("rate") == 0.5)
    #expect(try fields.required("on") == true)
    #expect(try fields.required("shape") == [1, 2])
    #expect(
      try fields.required("parts", as: [JSONFields].self).map { try $0.required("size", as: Int.self) } == [1, 2])
    #expect(try fields.optional("absent", as: Int.self) == nil)
    #expect(throws: Never.self) {
      try fields.refuseUnknown(keys: ["name", "count", "rate", "on", "shape", "parts", "absent"])
    }
  }

  @Test func errorsNameTheFieldsPath() throws {
    let fields = try fields(
      #"{"a":null,"n":-1,"f":1.5,"z":-0,"big":18446744073709551616,"parts":[{"size":1},{"size":"2"}],"x":0}"#)
    func error(_ body: () throws -> Void) -> FormatError? {
      do { try body() } catch { return error as? FormatError }
      return nil
    }
    #expect(error { _ = try fields.required("b", as: Int.self) } == FormatError(.missing("field"), field: "manifest.b"))
    #expect(
      error { _ = try fields.optional("a", as: String.self) }
        == FormatError(.mismatch(expected: "a string", found: "null"), field: "manifest.a"))
    #expect(
      error { _ = try fields.required("n", as: UInt8.self) }
        == FormatError(.outOfRange(found: "-1", allowed: "0...255"), field: "manifest.n"))
    #expect(
      error { _ = try fields.required("f", as: Int.self) }
        == FormatError(.mismatch(expected: "an integer", found: "1.5"), field: "manifest.f"))
    #expect(
      error { _ = try fields.required("z", as: Int.self) }
        == FormatError(.mismatch(expected: "an integer", found: "-0"), field: "manifest.z"))
    #expect(
      error { _ = try fields.required("big", as: UInt64.self) }
        == FormatError(.mismatch(expected: "an integer", found: "18446744073709551616"), field: "manifest.big"))
    #expect(
      error {
        for part in try fields.required("parts", as: [JSONFields].self) { _ = try part.required("size", as: Int.self) }
      }
        == FormatError(.mismatch(expected: "an integer", found: "a string"), field: "manifest.parts[1].size"))
    #expect(
      error { try fields.refuseUnknown(keys: ["a", "n", "f", "z", "big", "parts"]) }
        == FormatError(.unsupported(found: "the field x"), field: "manifest"))
    #expect(
      error { _ = try JSONFields([1], path: "manifest") }
        == FormatError(.mismatch(expected: "an object", found: "an array"), field: "manifest"))
  }

  @Test func theScannerGivesPlaces() throws {
    let text = Array(#" {"a": [1, {"b":2} ], "c\u0064":"x\ty","n": -12 } "#.utf8)
    try text.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      var found: [String] = []
      try scanner.beginObject()
      while let key = try scanner.nextKey() {
        if scanner.isKey(key, "cd") {
          found.append(scanner.string(try scanner.scanString()))
        } else if scanner.isKey(key, "n") {
          let number = try scanner.scanNumber()
          #expect(scanner.integer(number) == -12)
        } else {
          found.append(String(decoding: scanner.bytes(in: try scanner.skipValue()), as: UTF8.self))
        }
      }
      try scanner.end()
      #expect(found == [#"[1, {"b":2} ]"#, "x\ty"])
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("7", 7), ("1e2", nil), ("1.0", nil), ("9223372036854775807", .max),
      ("9223372036854775808", nil), ("-9223372036854775808", .min), ("-9223372036854775809", nil),
      ("92233720368547758070", nil), ("-99999999999999999999", nil),
    ] as [(String, Int64?)])
  func integersUpToTheBounds(_ example: (text: String, value: Int64?)) throws {
    try Array(example.text.utf8).withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer)
      let number = try scanner.scanNumber()
      #expect(scanner.integer(number) == example.value)
    }
  }
}
