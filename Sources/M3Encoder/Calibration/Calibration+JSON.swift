public import M3Bytes
public import M3JSON

// The file, version 1, is a JSON object:
//
//   format             "m3-calibration"
//   version            1
//   model_sha256       64 hexadecimal digits
//   tokenizer          16 hexadecimal digits
//   kernel             name of the kernels that computed it
//   references, tokens of the sample
//   sample_sha256      over the references' texts, a zero byte behind each
//   repeat_prompt      text between a reference and its repetition
//   bos                [{"text", "perplexity"}], the best first, at least one
//   heads              [{"layer", "head", "score"}], all of the model's, the best first
//
// Perplexities and scores are decimals in strings: a file that is written again is the same byte for byte.

extension Calibration {
  private static let format = "m3-calibration"
  private static let version = 1
  /// Files larger than this are no calibration: 1,024 layers of 64 heads take 6 MB.
  private static let maximumFileSize = 1 << 24

  public var json: JSONObject {
    [
      "bos": .array(bos.map { ["perplexity": .string($0.perplexity), "text": .string($0.text)] }),
      "format": .string(Self.format),
      "heads": .array(
        heads.map {
          [
            "head": .integer(Int64($0.head.head)), "layer": .integer(Int64($0.head.layer)), "score": .string($0.score),
          ]
        }),
      "kernel": .string(kernel),
      "model_sha256": .string(modelDigest.description),
      "references": .integer(Int64(referenceCount)),
      "repeat_prompt": .string(repeatPrompt),
      "sample_sha256": .string(sampleDigest.description),
      "tokenizer": .string(tokenizerFingerprint),
      "tokens": .integer(Int64(tokenCount)),
      "version": .integer(Int64(Self.version)),
    ]
  }

  /// Writes the file.
  /// - Throws: ``FileError``; ``FormatError`` where the disk gives other bytes back.
  public func write(to path: String) throws {
    try AtomicFile.write(JSONValue.object(json).serialized(.pretty), to: path)
  }

  /// Reads a file, which must be a model's.
  /// - Throws: ``FileError``; ``FormatError`` as ``init(json:)`` and ``requireFit(_:)``.
  public init(path: String, for model: ModelIdentity) throws {
    let bytes = try ReadableFile.contents(of: path, limit: Self.maximumFileSize)
    do throws(FormatError) {
      try self.init(json: JSONFields(JSONValue.parse(bytes), path: "calibration"))
      try requireFit(model)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads what ``json`` wrote.
  /// - Throws: ``FormatError`` naming the first field that is missing, unknown, of another kind or out of range; a head
  ///   that stands twice; a ranking that is not in its order.
  public init(json: JSONFields) throws(FormatError) {
    let format: String = try json.required("format")
    guard format == Self.format else {
      throw FormatError(.mismatch(expected: Self.format, found: format), field: "\(json.path).format")
    }
    let version: Int = try json.required("version")
    guard version == Self.version else {
      throw FormatError(
        .unsupportedVersion(found: "\(version)", supported: "\(Self.version)"), field: "\(json.path).version")
    }
    try json.refuseUnknown(keys: [
      "bos", "format", "heads", "kernel", "model_sha256", "references", "repeat_prompt", "sample_sha256", "tokenizer",
      "tokens", "version",
    ])
    self.init(
      modelDigest: try json.digest("model_sha256"), tokenizerFingerprint: try json.required("tokenizer"),
      kernel: try json.required("kernel"), referenceCount: try Self.count(json, "references"),
      tokenCount: try Self.count(json, "tokens"), sampleDigest: try json.digest("sample_sha256"),
      repeatPrompt: try json.required("repeat_prompt"), bos: try Self.rankedBOS(json), heads: try Self.rankedHeads(json)
    )
  }

  private static func count(_ json: JSONFields, _ key: String) throws(FormatError) -> Int {
    let count: Int = try json.required(key)
    guard count > 0 else {
      throw FormatError(.outOfRange(found: "\(count)", allowed: "at least 1"), field: "\(json.path).\(key)")
    }
    return count
  }

  private static func rankedBOS(_ json: JSONFields) throws(FormatError) -> [RankedBOS] {
    var ranking: [RankedBOS] = []
    var last = 0.0
    for entry in try json.required("bos", as: [JSONFields].self) {
      try entry.refuseUnknown(keys: ["perplexity", "text"])
      let perplexity = try decimal(entry, "perplexity")
      guard perplexity.value >= last else { throw disorder(entry, "perplexity", "falls") }
      last = perplexity.value
      ranking.append(RankedBOS(text: try entry.required("text"), perplexity: perplexity.text))
    }
    guard !ranking.isEmpty else { throw FormatError(.missing("BOS text"), field: "\(json.path).bos") }
    return ranking
  }

  private static func rankedHeads(_ json: JSONFields) throws(FormatError) -> [RankedHead] {
    var ranking: [RankedHead] = []
    var seen: Set<KeyValueHead> = []
    var last = Double.infinity
    for entry in try json.required("heads", as: [JSONFields].self) {
      try entry.refuseUnknown(keys: ["head", "layer", "score"])
      let head = KeyValueHead(layer: try entry.required("layer"), head: try entry.required("head"))
      guard seen.insert(head).inserted else {
        throw FormatError(.duplicate("\(head)"), field: entry.path)
      }
      let score = try decimal(entry, "score")
      guard score.value <= last else { throw disorder(entry, "score", "rises") }
      last = score.value
      ranking.append(RankedHead(head: head, score: score.text))
    }
    return ranking
  }

  private static func decimal(_ json: JSONFields, _ key: String) throws(FormatError) -> (value: Double, text: String) {
    let text: String = try json.required(key)
    // `Double` takes hexadecimal digits too.
    guard !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }), let value = Double(text), value.isFinite,
      value >= 0
    else {
      throw FormatError(.malformed("not a decimal: \(text.prefix(64))"), field: "\(json.path).\(key)")
    }
    return (value, text)
  }

  private static func disorder(_ json: JSONFields, _ key: String, _ how: String) -> FormatError {
    FormatError(.malformed("\(how) within a ranking, the best first"), field: "\(json.path).\(key)")
  }
}

extension Calibration {
  /// Refuses the calibration of another model.
  /// - Throws: ``FormatError`` `mismatch` with both digests or tokenizers; `outOfRange` for a head that the model does
  ///   not have; `missing` for one of its heads that is not ranked.
  public func requireFit(_ model: ModelIdentity) throws(FormatError) {
    guard modelDigest == model.digest else {
      throw FormatError(
        .mismatch(expected: "the model \(model.digest)", found: "a calibration of \(modelDigest)"),
        field: "calibration.model_sha256")
    }
    guard tokenizerFingerprint == model.tokenizerFingerprint else {
      throw FormatError(
        .mismatch(expected: model.tokenizerFingerprint, found: tokenizerFingerprint), field: "calibration.tokenizer")
    }
    var missing: Set<KeyValueHead> = []
    for layer in 0..<model.layerCount {
      for head in 0..<model.keyValueHeadCount { missing.insert(KeyValueHead(layer: layer, head: head)) }
    }
    for (index, ranked) in heads.enumerated() where missing.remove(ranked.head) == nil {
      throw FormatError(
        .outOfRange(
          found: "\(ranked.head)", allowed: "\(model.layerCount) layers of \(model.keyValueHeadCount) heads"),
        field: "calibration.heads[\(index)]")
    }
    if let first = missing.min() { throw FormatError(.missing("\(first)"), field: "calibration.heads") }
  }
}
