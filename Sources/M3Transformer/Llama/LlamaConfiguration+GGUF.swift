import M3Bytes
public import M3Weights

extension LlamaConfiguration {
  /// Reads the shape from a model file's metadata.
  /// - Throws: ``FormatError``: another architecture, a missing key, or a shape that this decoder does not compute.
  public init(_ file: GGUFFile) throws {
    let architecture = try file.string("general.architecture")
    guard architecture == "llama" else {
      throw FormatError(
        .unsupported(found: "architecture \(architecture)"), field: "general.architecture", file: file.path)
    }
    func positive(_ key: String, upTo limit: Int = 1 << 24) throws -> Int {
      let value = try file.integer("llama.\(key)")
      guard (1...limit).contains(value) else { throw file.outOfRange("llama.\(key)", value, "1 to \(limit)") }
      return value
    }
    let layerCount = try positive("block_count", upTo: 1024)
    let hiddenSize = try positive("embedding_length")
    let queryHeads = try positive("attention.head_count", upTo: 4096)
    let keyValueHeads = try file.integerIfPresent("llama.attention.head_count_kv") ?? queryHeads
    guard keyValueHeads >= 1, queryHeads.isMultiple(of: keyValueHeads) else {
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
    // The key of files from before scaling had a type.
    if let scale = try file.doubleIfPresent("llama.rope.scale_linear"), scale != 1 {
      throw FormatError(
        .unsupported(found: "RoPE scale \(scale)"), field: "llama.rope.scale_linear", file: file.path)
    }
    if let scaling = try file.stringIfPresent("llama.rope.scaling.type"), scaling != "none" {
      throw FormatError(
        .unsupported(found: "RoPE scaling \(scaling)"), field: "llama.rope.scaling.type", file: file.path)
    }
    let rotaryBase = try file.doubleIfPresent("llama.rope.freq_base") ?? 10_000
    guard rotaryBase > 0 else { throw file.outOfRange("llama.rope.freq_base", rotaryBase, "a positive number") }
    let epsilon = try file.double("llama.attention.layer_norm_rms_epsilon")
    guard epsilon > 0, epsilon < 1 else {
      throw file.outOfRange("llama.attention.layer_norm_rms_epsilon", epsilon, "above 0, below 1")
    }
    guard let embedding = file.tensors["token_embd.weight"], embedding.shape.count == 2 else {
      throw FormatError(.missing("a tensor of two dimensions"), field: "token_embd.weight", file: file.path)
    }
    // The rotary table holds D numbers a position, however short the file is.
    let contextLength = min(try positive("context_length"), Self.maximumContextLength)
    self.init(
      layerCount: layerCount, hiddenSize: hiddenSize, feedForwardSize: try positive("feed_forward_length"),
      queryHeadCount: queryHeads, keyValueHeadCount: keyValueHeads, headDimension: headDimension,
      vocabularySize: embedding.shape[0], contextLength: contextLength, rotaryBase: rotaryBase,
      normalizationEpsilon: Float(epsilon))
  }
}

extension GGUFFile {
  fileprivate func outOfRange(_ key: String, _ found: some Numeric, _ allowed: String) -> FormatError {
    FormatError(.outOfRange(found: "\(found)", allowed: allowed), field: key, file: path)
  }
}
