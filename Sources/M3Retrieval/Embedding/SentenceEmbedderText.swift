import M3Bytes
import M3JSON

/// How a text becomes a sequence of tokens: what `sentence_bert_config.json` and `tokenizer_config.json` say of it.
struct SentenceEmbedderText {
  /// Longest sequence, [CLS] and [SEP] included: `max_seq_length`, or else `model_max_length` of the tokenizer and the
  /// model's positions, whichever is less.
  let maximumTokenCount: Int
  /// `do_lower_case`: whether a text is lowercased before the tokenizer sees it.
  let lowercases: Bool

  private static let encoderFile = "sentence_bert_config.json"
  private static let tokenizerFile = "tokenizer_config.json"

  /// - Parameter positions: those of the model, which no length may exceed.
  init(_ folder: String, positions: Int) throws {
    let settings = try SettingsFile.readIfPresent(folder, Self.encoderFile) { fields throws(FormatError) in
      try Self.refuseOtherOutputs(fields)
      return (try Self.length(fields, positions: positions), try fields.optional("do_lower_case") ?? false)
    }
    lowercases = settings?.1 ?? false
    if let length = settings?.0 {
      maximumTokenCount = length
    } else {
      maximumTokenCount =
        try SettingsFile.readIfPresent(folder, Self.tokenizerFile) { fields throws(FormatError) in
          try Self.tokenizerLength(fields, positions: positions)
        } ?? positions
    }
  }

  private static func length(_ fields: JSONFields, positions: Int) throws(FormatError) -> Int? {
    guard let value = fields.object["max_seq_length"], value != .null else { return nil }
    let length: Int = try fields.required("max_seq_length")
    guard length >= 2, length <= positions else {
      throw FormatError(
        .outOfRange(found: "\(length)", allowed: "2 to max_position_embeddings, \(positions)"),
        field: "\(fields.path).max_seq_length")
    }
    return length
  }

  /// Tokenizers without a limit have a length of 10^30.
  private static func tokenizerLength(_ fields: JSONFields, positions: Int) throws(FormatError) -> Int {
    guard let value = fields.object["model_max_length"], value != .null else { return positions }
    let length: Double = try fields.required("model_max_length")
    guard length >= 2 else {
      throw FormatError(
        .outOfRange(found: "\(length)", allowed: "2 and more"), field: "\(fields.path).model_max_length")
    }
    return length < Double(positions) ? Int(length) : positions
  }

  /// Settings of version 6 of the package with which something else than the last hidden states would be pooled, or the
  /// tokenizer would be called in another way.
  private static func refuseOtherOutputs(_ fields: JSONFields) throws(FormatError) {
    try refuse(fields, "transformer_task", otherThan: "feature-extraction")
    try refuse(fields, "module_output_name", otherThan: "token_embeddings")
    if let text = try fields.optional("modality_config", as: JSONFields.self)?.optional("text", as: JSONFields.self) {
      try refuse(text, "method", otherThan: "forward")
      try refuse(text, "method_output_name", otherThan: "last_hidden_state")
    }
    if let arguments = fields.object["processing_kwargs"], arguments != .null, arguments != .object([:]) {
      throw FormatError(.unsupported(found: "arguments of the tokenizer"), field: "\(fields.path).processing_kwargs")
    }
  }

  private static func refuse(_ fields: JSONFields, _ key: String, otherThan known: String) throws(FormatError) {
    guard let value = fields.object[key], value != .null else { return }
    let found: String = try fields.required(key)
    guard found == known else { throw FormatError(.unsupported(found: found), field: "\(fields.path).\(key)") }
  }
}
