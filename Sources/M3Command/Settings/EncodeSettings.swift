public import M3Encoder
public import M3JSON
public import M3Memory

/// Settings of `m3-encode`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct EncodeSettings: Equatable {
  public var rule: SelectionRule
  public var allocation: SelectionAllocation
  public var tokensPerHead: Int
  /// `all`, `first_half`, or layers: `5-24`, `0,3,7`.
  public var layers: String
  /// The bank's BOS text; control tokens spelled in it are taken as tokens. Empty: the model's own BOS token.
  public var bos: String
  public var contextBOS: Producer.ContextBOS
  public var keySpace: Producer.KeySpace
  public var repeatPrompt: String
  /// Kernels to compute with: `auto`, or a name that pins them.
  public var kernel: String

  public init(_ section: inout SettingsSection) throws {
    rule = try section.choice("rule", default: .reconstruction)
    allocation = try section.choice("allocation", default: .adaptive)
    tokensPerHead = try section.integer("tokens_per_head", default: 16, in: 1...4096)
    layers = section.listOrText("layers", default: "all")
    bos = try section.string("bos", default: "<|endoftext|>")
    contextBOS = try section.choice("context_bos", default: .none)
    keySpace = try section.choice("key_space", default: .beforeRotation)
    repeatPrompt = try section.string("repeat_prompt", default: "\n\nRepeat the text above:\n")
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

  /// What decides the stage's bytes, besides the model and the kernels.
  public var json: JSONObject {
    [
      "allocation": .string(allocation.rawValue), "bos": .string(bos), "context_bos": .string(contextBOS.rawValue),
      "key_space": .string(keySpace.rawValue), "layers": .string(layers), "repeat_prompt": .string(repeatPrompt),
      "rule": .string(rule.rawValue), "tokens_per_head": .integer(Int64(tokensPerHead)),
    ]
  }
}
