import M3Bytes
import M3JSON
import M3TestSupport

/// JSON values.
enum JSONTarget: FuzzTarget {
  static let name = "json"

  static var seeds: [[UInt8]] {
    [
      #"{"a":[1,-2.5e3,true,false,null,"\u00e9\n\ud83d\ude00"],"b":{"c":{}}}"#, "[]", " 0 ", "-0", #""é😀""#,
      "[[[[1]]]]",
      #"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":0,"k":1,"l":2,"m":3,"n":4,"o":5,"p":6,"q":7,"r":8}"#,
      "[9223372036854775807,-9223372036854775808,9223372036854775808,1e400,0.1]",
    ].map { Array($0.utf8) }
  }

  static func run(_ bytes: [UInt8]) throws {
    checkUTF8(bytes)
    let result = Result { try JSONValue.parse(bytes) }
    let skipped = Result { try skip(bytes) }
    switch (result, skipped) {
    case (.success(let value), .success): try check(value, bytes)
    case (.failure(let first), .failure(let second)):
      expect(first as? FormatError == second as? FormatError, "two errors: \(first); \(second)")
      throw first
    default: expect(false, "parsed and not passed over, or the other way round")
    }
  }

  /// The scanner alone, which builds no values.
  private static func skip(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBufferPointer {
      var scanner = JSONScanner($0)
      try scanner.skipValue()
      try scanner.end()
    }
  }

  private static func check(_ value: JSONValue, _ bytes: [UInt8]) throws {
    let canonical = value.serialized(.canonical)
    for style in [JSONStyle.canonical, .compact, .pretty] {
      expect(try JSONValue.parse(value.serialized(style)) == value, "another value in style \(style)")
    }
    let again = try JSONValue.parseCanonical(canonical)
    expect(again.serialized(.canonical) == canonical, "a canonical text that is not")
    let isCanonical = (try? JSONValue.parseCanonical(bytes)) != nil
    expect(isCanonical == (canonical == bytes), "canonical: \(isCanonical)")
    if let number = value.doubleValue { expect(number.isFinite, "a number that is not finite") }
  }

  /// The scanner by blocks, the one by scalars, and the standard library.
  private static func checkUTF8(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { buffer in
      expect(UTF8Scanner.scan(buffer, from: 0) == UTF8Scanner.scanSlowly(buffer, from: 0), "two ends of a text")
      let isValid = String(validating: buffer, as: UTF8.self) != nil
      expect((UTF8Scanner.firstInvalid(buffer) == nil) == isValid, "UTF-8: \(isValid)")
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    random.once(in: 2)
      ? Mutation.bytes(bytes, limit: limit)
      : JSONMutation.mutate(bytes, limit: limit, style: random.once(in: 4) ? .pretty : .compact, random: &random)
  }
}
