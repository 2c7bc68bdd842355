import M3Bytes
import M3JSON
import M3Memory
import Testing

@Suite struct ProducerTests {
  @Test func roundTrip() throws {
    let bytes = JSONValue.object(Producer.sample.json).serialized(.canonical)
    let object = try #require(JSONValue.parse(bytes).objectValue)
    #expect(try Producer(json: object) == Producer.sample)
    #expect(JSONValue.object(try Producer(json: object).json).serialized(.canonical) == bytes)
  }

  /// A key's value, nil for none, and what is said of it.
  static let refusals: [(key: String, value: JSONValue?, problem: FormatError.Problem)] = [
    ("model_sha256", nil, .missing("a string")), ("model_sha256", "00ff", .malformed("not a SHA-256")),
    ("architecture", nil, .missing("a string")), ("architecture", 1, .missing("a string")),
    ("layer_count", nil, .missing("an integer")), ("layer_count", "4", .missing("an integer")),
    ("layer_count", 0, .outOfRange(found: "0", allowed: "1 to 1024")),
    ("layer_count", 1025, .outOfRange(found: "1025", allowed: "1 to 1024")),
    ("memory_layers", nil, .missing("an array of at most 4")),
    ("memory_layers", [0, 1, 2, 3, 4], .missing("an array of at most 4")),
    ("memory_layers", [], .malformed("layers are not ascending")),
    ("memory_layers", [2, 0], .malformed("layers are not ascending")),
    ("memory_layers", [2, 2], .malformed("layers are not ascending")),
    ("memory_layers", [4], .outOfRange(found: "4", allowed: "0 to 3")),
    ("memory_layers", [-1], .outOfRange(found: "-1", allowed: "0 to 3")),
    ("memory_layers", ["0"], .missing("an integer")),
    ("key_value_heads", 0, .outOfRange(found: "0", allowed: "1 to 4096")),
    ("query_heads", 4097, .outOfRange(found: "4097", allowed: "1 to 4096")),
    ("head_dimension", 1, .outOfRange(found: "1", allowed: "2 to 1024")),
    ("rotary_base", "0", .malformed("an odd head dimension, or no positive base")),
    ("rotary_base", "nan", .malformed("an odd head dimension, or no positive base")),
    ("rotary_base", "inf", .malformed("an odd head dimension, or no positive base")),
    ("rotary_base", "1e999", .malformed("an odd head dimension, or no positive base")),
    ("rotary_base", 10000, .missing("a string")),
    ("rotary_factors", ["1.0"], .malformed("not 2 positive numbers")),
    ("rotary_factors", ["1.0", "0"], .malformed("not 2 positive numbers")),
    ("rotary_factors", ["1.0", "x"], .malformed("not 2 positive numbers")),
    ("rotary_factors", ["1", "1", "1"], .missing("an array of at most 2")),
    ("rotary_factors", [1, 1], .missing("strings")),
    ("selection", [], .missing("an object")),
    ("tokenizer", nil, .missing("a string")),
    ("bos_text", nil, .missing("a string")),
    ("bos_tokens", [-1], .outOfRange(found: "-1", allowed: "0 to 2147483647")),
    ("bos_tokens", [2_147_483_648], .outOfRange(found: "2147483648", allowed: "0 to 2147483647")),
    ("context_bos", "sometimes", .outOfRange(found: "sometimes", allowed: "none, isolated, attend")),
    ("key_space", "during", .outOfRange(found: "during", allowed: "before_rotation, after_rotation")),
  ]

  @Test(arguments: refusals.indices)
  func refuses(index: Int) {
    let refusal = Self.refusals[index]
    var json = Producer.sample.json
    json[refusal.key] = refusal.value
    let error = #expect(throws: FormatError.self) { try Producer(json: json) }
    #expect(error?.problem == refusal.problem, "\(refusal.key)")
    #expect(error?.field == "producer.\(refusal.key)")
  }

  @Test func oddHeadDimensionsAreRefused() {
    var json = Producer.sample.json
    json["head_dimension"] = 5
    #expect(throws: FormatError.self) { try Producer(json: json) }
  }

  @Test func differencesAreThoseOfReading() {
    #expect(Producer.sample.differences(from: .sample) == [])
    var other = Producer.sample
    other.selection = ["rule": "received"]
    #expect(Producer.sample.differences(from: other) == [])
    other.layerCount = 30
    other.bosTokens = [1]
    other.contextBOS = .none
    #expect(
      Producer.sample.differences(from: other) == [
        "bos_tokens: [1,17] here, [1] there", #"context_bos: "isolated" here, "none" there"#,
        "layer_count: 4 here, 30 there",
      ])
  }

  /// Never before position 128, and never within a reference.
  @Test(arguments: [(0, 0, 128), (1, 127, 128), (1, 128, 129), (5, 128, 133), (200, 0, 200)])
  func contextPosition(bosTokenCount: Int, longestReference: Int, expected: Int) {
    #expect(Producer.contextPosition(bosTokenCount: bosTokenCount, longestReference: longestReference) == expected)
  }

  @Test func contextPositionOfAProducer() {
    #expect(Producer.sample.contextPosition(longestReference: 130) == 132)
  }

  /// A reference ends where the context begins, so that the two are as near as in a text; keys that are rotated already
  /// stay behind the BOS, which has two tokens here.
  @Test(arguments: [
    (0, 40, 128, 2), (1, 40, 127, 2), (40, 40, 88, 2), (126, 126, 2, 2), (130, 130, 2, 2), (7, 130, 125, 2),
  ])
  func firstPosition(tokenCount: Int, longestReference: Int, before: Int, after: Int) {
    var producer = Producer.sample
    for (keySpace, expected) in [(Producer.KeySpace.beforeRotation, before), (.afterRotation, after)] {
      producer.keySpace = keySpace
      let first = producer.firstPosition(tokenCount: tokenCount, longestReference: longestReference)
      #expect(first == expected)
      // Behind the BOS, and never in the context.
      #expect(first >= producer.bosTokens.count)
      #expect(first + tokenCount <= producer.contextPosition(longestReference: longestReference))
    }
  }
}
