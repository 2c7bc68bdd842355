import M3Bytes
import M3JSON
import M3Transformer

/// A folder as the `sentence-transformers` package saves one: its settings, and where its files are.
struct SentenceEmbedderFolder {
  /// The folder of the encoder's files; often the same.
  let transformer: String
  let configuration: BertConfiguration
  let pooling: Pooling
  let normalizes: Bool
  let text: SentenceEmbedderText

  var weightsPath: String { FilePaths.join(transformer, "model.safetensors") }
  var tokenizerPath: String { FilePaths.join(transformer, "tokenizer.json") }

  /// - Throws: `FormatError` with file and field for settings that are malformed, contradict each other or ask for what
  ///   is not computed here; `FileError` for a file that is missing.
  init(_ folder: String) throws {
    let modules = try SentenceEmbedderModules(folder)
    transformer = modules.transformer
    let configuration = try BertConfiguration(path: FilePaths.join(transformer, "config.json"))
    self.configuration = configuration
    if let folder = modules.pooling {
      pooling = try SettingsFile.read(folder, "config.json") { fields throws(FormatError) in
        try Pooling(fields, width: configuration.hiddenSize)
      }
    } else {
      pooling = .mean
    }
    normalizes = modules.normalizes
    text = try SentenceEmbedderText(transformer, positions: configuration.maximumPositionCount)
    try Self.refuseDefaultPrompt(folder)
  }

  /// A prompt in front of every text would change every vector.
  private static func refuseDefaultPrompt(_ folder: String) throws {
    _ = try SettingsFile.readIfPresent(folder, "config_sentence_transformers.json") { fields throws(FormatError) in
      if let prompt = fields.object["default_prompt_name"], prompt != .null {
        throw FormatError(.unsupported(found: "a default prompt"), field: "\(fields.path).default_prompt_name")
      }
    }
  }
}
