public import M3Bytes
public import M3JSON

extension BertConfiguration {
  /// A larger file is no `config.json`.
  private static let fileByteLimit = 1 << 20

  /// Reads a model's `config.json`.
  /// - Throws: `FileError`; `FormatError` with the file's name, as ``init(_:)``.
  public init(path: String) throws {
    let bytes = try ReadableFile.contents(of: path, limit: Self.fileByteLimit)
    do throws(FormatError) {
      try self.init(JSONFields(JSONValue.parse(bytes), path: "config"))
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads the fields of `config.json`; those of training and of other tasks are passed over.
  /// - Throws: `FormatError`: another kind of model, a missing field, or a shape that this encoder does not compute.
  public init(_ fields: JSONFields) throws(FormatError) {
    try Self.refuse(fields, "model_type", otherThan: "bert", isRequired: true)
    try Self.refuse(fields, "position_embedding_type", otherThan: "absolute", isRequired: false)
    for key in ["is_decoder", "add_cross_attention"] where try fields.optional(key) == true {
      throw FormatError(.unsupported(found: "a decoder"), field: "\(fields.path).\(key)")
    }
    let name = try fields.optional("hidden_act") ?? Activation.gelu.rawValue
    guard let activation = Activation(rawValue: name) else {
      throw FormatError(.unsupported(found: "activation \(name)"), field: "\(fields.path).hidden_act")
    }
    hiddenSize = try Self.size(fields, "hidden_size")
    layerCount = try Self.size(fields, "num_hidden_layers", limit: 1024)
    feedForwardSize = try Self.size(fields, "intermediate_size")
    headCount = try Self.size(fields, "num_attention_heads", limit: 4096)
    guard hiddenSize.isMultiple(of: headCount) else {
      throw FormatError(
        .outOfRange(found: "\(headCount)", allowed: "divisors of hidden_size, \(hiddenSize)"),
        field: "\(fields.path).num_attention_heads")
    }
    vocabularySize = try Self.size(fields, "vocab_size")
    maximumPositionCount = try Self.size(fields, "max_position_embeddings")
    tokenTypeCount = try Self.size(fields, "type_vocab_size", limit: 1 << 16, defaultValue: 2)
    let epsilon = try fields.optional("layer_norm_eps") ?? 1e-12
    guard epsilon > 0, epsilon < 1, Float(epsilon) > 0 else {
      throw FormatError(
        .outOfRange(found: "\(epsilon)", allowed: "above 0, below 1"), field: "\(fields.path).layer_norm_eps")
    }
    normalizationEpsilon = Float(epsilon)
    self.activation = activation
  }

  private static func refuse(
    _ fields: JSONFields, _ key: String, otherThan known: String, isRequired: Bool
  ) throws(FormatError) {
    guard let found: String = try isRequired ? fields.required(key) : fields.optional(key), found != known else {
      return
    }
    throw FormatError(.unsupported(found: found), field: "\(fields.path).\(key)")
  }

  private static func size(
    _ fields: JSONFields, _ key: String, limit: Int = 1 << 24, defaultValue: Int? = nil
  ) throws(FormatError) -> Int {
    if let defaultValue, fields.object[key] == nil { return defaultValue }
    let value: Int = try fields.required(key)
    guard (1...limit).contains(value) else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "1 to \(limit)"), field: "\(fields.path).\(key)")
    }
    return value
  }
}
