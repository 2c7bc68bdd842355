import M3Bytes
public import M3Weights

extension LlamaConfiguration {
  /// Reads the shape from a model file's metadata.
  /// - Throws: ``FormatError``: another architecture, a missing key, or a shape that this decoder does not compute.
  public init(_ file: GGUFFile) throws {
    let architecture = try file.string("general.architecture")
    guard architecture == "llama" else {
      throw FormatError(.unsupported(found: "architecture \(architecture)"), field: "general.architecture", file: file.path)
    }
    func positive(_ key: String) throws -> Int {
      let value = try file.integer("llama.\(key)")
      guard (1...1 << 24).contains(value) else { throw file.outOfRange("llama.\(key)", value, "1 to 2^24") }
      return value
    }
    let layerCount = try positive("block_count")
    let hiddenSize = try positive("embedding_length")
    let queryHeads = try positive("attention.head_count")
    let keyValueHeads = try file.integerIfPresent("llama.attention.head_count_kv") ?? queryHeads
    guard layerCount <= 1024, queryHeads <= 4096, keyValueHeads >= 1, queryHeads.isMultiple(of: keyValueHeads) else {
      throw file.outOfRange("llama.attention.head_count_kv", keyValueHeads, "a divisor of \(queryHeads)")
    }
    let headDimension = try file.integerIfPresent("llama.attention.key_length") ?? hiddenSize / queryHeads
    guard headDimension >= 2, headDimension <= 1024, headDimension.isMultiple(of: 2) else {
      throw file.outOfRange("llama.attention.key_length", headDimension, "even, 2 to 1024")
    }
    let valueLength = try file.integerIfPresent("llama.attention.value_length") ?? headDimension
    guard valueLength == headDimension else {
      throw file.outOfRange("llama.attention.value_length", valueLength, "the key length, \(headDimension)")
    }
    let rotaryDimension = try file.integerIfPresent("llama.rope.dimension_count") ?? headDimension
    guard rotaryDimension == headDimension else {
      throw file.outOfRange("llama.rope.dimension_count", rotaryDimension, "the head dimension, \(headDimension)")
    }
    if let scaling = try file.stringIfPresent("llama.rope.scaling.type"), scaling != "none" {
      throw FormatError(.unsupported(found: "RoPE scaling \(scaling)"), field: "llama.rope.scaling.type", file: file.path)
    }
    let rotaryBase = try file.doubleIfPresent("llama.rope.freq_base") ?? 10_000
    let epsilon = try file.double("llama.attention.layer_norm_rms_epsilon")
    guard rotaryBase > 0, rotaryBase.isFinite, epsilon > 0, epsilon < 1 else {
      throw FormatError(
        .outOfRange(found: "base \(rotaryBase), epsilon \(epsilon)", allowed: "positive, epsilon below 1"),
        field: "llama.rope.freq_base", file: file.path)
    }
    guard let embedding = file.tensors["token_embd.weight"], embedding.shape.count == 2 else {
      throw FormatError(.missing("a tensor of two dimensions"), field: "token_embd.weight", file: file.path)
    }
    self.init(
      layerCount: layerCount, hiddenSize: hiddenSize, feedForwardSize: try positive("feed_forward_length"),
      queryHeadCount: queryHeads, keyValueHeadCount: keyValueHeads, headDimension: headDimension,
      vocabularySize: embedding.shape[0], contextLength: try positive("context_length"), rotaryBase: rotaryBase,
      normalizationEpsilon: Float(epsilon))
  }
}

extension GGUFFile {
  fileprivate func outOfRange(_ key: String, _ found: Int, _ allowed: String) -> FormatError {
    FormatError(.outOfRange(found: "\(found)", allowed: allowed), field: key, file: path)
  }
}
