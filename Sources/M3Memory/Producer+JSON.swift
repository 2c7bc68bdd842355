public import M3Bytes
public import M3JSON

extension Producer {
  /// The form that spools and manifests carry.
  public var json: JSONObject {
    [
      "architecture": .string(architecture),
      "bos_text": .string(bosText),
      "bos_tokens": .array(bosTokens.map { .integer(Int64($0)) }),
      "context_bos": .string(contextBOS.rawValue),
      "head_dimension": .integer(Int64(shape.headDimension)),
      "key_space": .string(keySpace.rawValue),
      "key_value_heads": .integer(Int64(shape.keyValueHeadCount)),
      "layer_count": .integer(Int64(layerCount)),
      "memory_layers": .array(shape.layers.map { .integer(Int64($0)) }),
      "model_sha256": .string(modelDigest.description),
      "query_heads": .integer(Int64(queryHeadCount)),
      "rotary_base": .string(rotaryBase),
      "rotary_factors": .array(rotaryFactors.map { .string($0) }),
      "selection": .object(selection),
      "tokenizer": .string(tokenizerFingerprint),
    ]
  }

  /// Reads what ``json`` wrote.
  /// - Throws: ``FormatError`` naming the first key that is missing, has another type or a value out of range.
  public init(json: JSONObject) throws(FormatError) {
    let fields = ProducerFields(json: json)
    guard let digest = SHA256Digest(hexadecimal: try fields.string("model_sha256")) else {
      throw FormatError(.malformed("not a SHA-256"), field: "producer.model_sha256")
    }
    let layerCount = try fields.integer("layer_count", in: 1...1024)
    let memoryLayers = try fields.integers("memory_layers", in: 0...layerCount - 1, limit: layerCount)
    guard zip(memoryLayers, memoryLayers.dropFirst()).allSatisfy({ $0 < $1 }), !memoryLayers.isEmpty else {
      throw FormatError(.malformed("layers are not ascending"), field: "producer.memory_layers")
    }
    let headDimension = try fields.integer("head_dimension", in: 2...1024)
    let base = try fields.string("rotary_base")
    guard headDimension.isMultiple(of: 2), let value = Double(base), value > 0, value.isFinite else {
      throw FormatError(.malformed("an odd head dimension, or no positive base"), field: "producer.rotary_base")
    }
    let factors = try fields.strings("rotary_factors", limit: headDimension / 2)
    guard factors.isEmpty || factors.count == headDimension / 2, factors.allSatisfy({ (Float($0) ?? 0) > 0 }) else {
      throw FormatError(.malformed("not \(headDimension / 2) positive numbers"), field: "producer.rotary_factors")
    }
    guard case .object(let selection)? = json["selection"] else {
      throw FormatError(.missing("an object"), field: "producer.selection")
    }
    self.init(
      modelDigest: digest,
      tokenizerFingerprint: try fields.string("tokenizer"),
      architecture: try fields.string("architecture"),
      layerCount: layerCount,
      queryHeadCount: try fields.integer("query_heads", in: 1...4096),
      shape: MemoryShape(
        layers: memoryLayers, keyValueHeadCount: try fields.integer("key_value_heads", in: 1...4096),
        headDimension: headDimension),
      rotaryBase: base,
      rotaryFactors: factors,
      bosText: try fields.string("bos_text"),
      bosTokens: try fields.integers("bos_tokens", in: 0...Int(Int32.max), limit: 4096).map(Int32.init),
      contextBOS: try fields.choice("context_bos"),
      keySpace: try fields.choice("key_space"),
      selection: selection)
  }

  /// Fields in which another producer differs and that make its memories unreadable here: empty where they fit.
  public func differences(from other: Producer) -> [String] {
    var mine = json
    var theirs = other.json
    mine["selection"] = nil
    theirs["selection"] = nil
    return mine.members.compactMap { key, value in
      guard let found = theirs[key], found != value else { return nil }
      return "\(key): \(value.printed) here, \(found.printed) there"
    }
  }
}

extension JSONValue {
  fileprivate var printed: String { String(decoding: serialized(.canonical), as: UTF8.self) }
}

/// Typed access to a producer's keys.
private struct ProducerFields {
  let json: JSONObject

  func string(_ key: String) throws(FormatError) -> String {
    guard case .string(let value)? = json[key] else {
      throw FormatError(.missing("a string"), field: "producer.\(key)")
    }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(FormatError) -> Int {
    try Self.integer(json[key], key, in: range)
  }

  func integers(_ key: String, in range: ClosedRange<Int>, limit: Int) throws(FormatError) -> [Int] {
    guard case .array(let values)? = json[key], values.count <= limit else {
      throw FormatError(.missing("an array of at most \(limit)"), field: "producer.\(key)")
    }
    var result: [Int] = []
    for value in values { result.append(try Self.integer(value, key, in: range)) }
    return result
  }

  func strings(_ key: String, limit: Int) throws(FormatError) -> [String] {
    guard case .array(let values)? = json[key], values.count <= limit else {
      throw FormatError(.missing("an array of at most \(limit)"), field: "producer.\(key)")
    }
    var result: [String] = []
    for value in values {
      guard case .string(let text) = value else { throw FormatError(.missing("strings"), field: "producer.\(key)") }
      result.append(text)
    }
    return result
  }

  func choice<T: RawRepresentable & CaseIterable>(_ key: String) throws(FormatError) -> T where T.RawValue == String {
    let name = try string(key)
    guard let value = T(rawValue: name) else {
      let allowed = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw FormatError(.outOfRange(found: name, allowed: allowed), field: "producer.\(key)")
    }
    return value
  }

  private static func integer(_ value: JSONValue?, _ key: String, in range: ClosedRange<Int>) throws(FormatError) -> Int
  {
    guard case .integer(let number)? = value else {
      throw FormatError(.missing("an integer"), field: "producer.\(key)")
    }
    guard let result = Int(exactly: number), range.contains(result) else {
      throw FormatError(
        .outOfRange(found: "\(number)", allowed: "\(range.lowerBound) to \(range.upperBound)"), field: "producer.\(key)"
      )
    }
    return result
  }
}
