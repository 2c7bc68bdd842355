public import M3Encoder
public import M3JSON
public import M3Memory
public import M3Transformer

/// Settings of `m3-encode`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct EncodeSettings: Equatable {
  /// The default is `all`, and `received` for `allocation: heads`, which then needs no second pass.
  public var rule: SelectionRule
  public var allocation: SelectionAllocation
  /// None is allowed for `allocation: heads` only.
  public var tokensPerHead: Int
  /// How many of the memory layers' heads keep every token, for `allocation: heads`: the best of the calibration.
  public var denseHeadCount: Int
  /// Those heads, ascending: what ``resolved(_:layerCount:)`` finds out.
  public internal(set) var denseHeads: [KeyValueHead] = []
  /// `all`, `first_half`, or layers: `5-24`, `0,3,7`.
  public var layers: String
  /// The bank's BOS text; control tokens spelled in it are taken as tokens. Empty: the model's own BOS token.
  public internal(set) var bos: String
  /// Whether the file or a flag gives ``bos``; a calibration does not change it then.
  public let isBOSGiven: Bool
  public var contextBOS: Producer.ContextBOS
  public var keySpace: Producer.KeySpace
  public var repeatPrompt: String
  public var context: EncodingContext
  /// Tokens of a document that are read at a time, for `context: document`; the model's context bounds it too.
  public var documentTokens: Int
  /// A file of `m3-encode calibrate`.
  public var calibration: String?
  /// In which numbers weights are multiplied.
  public var arithmetic: Arithmetic
  /// Kernels to compute with: `auto`, or a name that pins them.
  public var kernel: String

  public init(_ section: inout SettingsSection) throws {
    allocation = try section.choice("allocation", default: .adaptive)
    rule = try section.choice("rule", default: allocation == .heads ? .received : .all)
    tokensPerHead = try section.integer("tokens_per_head", default: 16, in: (allocation == .heads ? 0 : 1)...4096)
    denseHeadCount = try section.integer("dense_heads", default: 12, in: 1...4096)
    layers = section.listOrText("layers", default: "all")
    isBOSGiven = section.isSet("bos")
    bos = try section.string("bos", default: "<|endoftext|>")
    contextBOS = try section.choice("context_bos", default: .none)
    keySpace = try section.choice("key_space", default: .beforeRotation)
    repeatPrompt = try section.string("repeat_prompt", default: "\n\nRepeat the text above:\n")
    context = try section.choice("context", default: .reference)
    documentTokens = try section.integer("document_tokens", default: 2048, in: 128...32_768)
    calibration = try section.path("calibration")
    arithmetic = try section.choice("arithmetic", default: .int8)
    kernel = try section.string("kernel", default: "auto")
    try section.finish()
  }

  /// The memory layers of a model of `layerCount` layers, ascending.
  /// - Throws: ``SettingsError`` for anything but `all`, `first_half` and lists of layers that the model has.
  public func memoryLayers(layerCount: Int) throws -> [Int] {
    switch layers {
    case "all": return Array(0..<layerCount)
    case "first_half": return Array(0..<(layerCount + 1) / 2)
    default: break
    }
    var chosen: Set<Int> = []
    for part in layers.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0, first <= last,
        last < layerCount
      else {
        throw SettingsError.malformed(
          "encode.layers: `all`, `first_half` or layers from 0 to \(layerCount - 1) are wanted, not \(layers)")
      }
      chosen.formUnion(first...last)
    }
    return chosen.sorted()
  }

  /// What decides the stage's bytes, besides the model and the kernels; what does not apply is left out.
  public var json: JSONObject {
    var object = selection
    object["arithmetic"] = .string(arithmetic.rawValue)
    object["bos"] = .string(bos)
    object["context_bos"] = .string(contextBOS.rawValue)
    object["key_space"] = .string(keySpace.rawValue)
    object["layers"] = .string(layers)
    return object
  }

  /// What decides which tokens are kept and what they have read: a producer's ``Producer/selection``.
  public var selection: JSONObject {
    var object: JSONObject = [
      "allocation": .string(allocation.rawValue), "repeat_prompt": .string(repeatPrompt),
      "rule": .string(rule.rawValue), "tokens_per_head": .integer(Int64(tokensPerHead)),
    ]
    if allocation == .heads {
      object["dense_heads"] = .array(denseHeads.map { [.integer(Int64($0.layer)), .integer(Int64($0.head))] })
    }
    if context == .document {
      object["context"] = .string(context.rawValue)
      object["document_tokens"] = .integer(Int64(documentTokens))
    }
    return object
  }
}
