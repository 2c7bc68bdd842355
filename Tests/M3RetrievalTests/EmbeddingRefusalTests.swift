import M3Bytes
import M3JSON
import M3Retrieval
import Testing

/// One thing wrong with a folder, and what must be said of it.
struct EmbedderDamage: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var file: String
  var field: String
  var problem: FormatError.Problem
  var change: @Sendable (EmbedderFolder) throws -> Void

  init(
    _ name: String, _ file: String, _ field: String, _ problem: FormatError.Problem,
    _ change: @escaping @Sendable (EmbedderFolder) throws -> Void
  ) {
    (testDescription, self.file, self.field, self.problem, self.change) = (name, file, field, problem, change)
  }

  static let all = modules + pooling + lengths + outputs + others

  static let modules: [EmbedderDamage] = [
    .init(
      "a dense layer", "modules.json", "modules[2].type",
      .unsupported(found: "module sentence_transformers.models.Dense")
    ) { try $0.replace("models.Normalize", by: "models.Dense", in: "modules.json") },
    .init("a module of one's own", "modules.json", "modules[0].type", .unsupported(found: "module mine.Transformer")) {
      try $0.replace("sentence_transformers.models.Transformer", by: "mine.Transformer", in: "modules.json")
    },
    .init(
      "pooling twice", "modules.json", "modules", .unsupported(found: "the modules Transformer, Pooling, Pooling")
    ) { try $0.replace("models.Normalize", by: "models.Pooling", in: "modules.json") },
    .init("no modules", "modules.json", "modules", .unsupported(found: "the modules ")) {
      try $0.write("[]", "modules.json")
    },
    .init("modules that are no list", "modules.json", "modules", .mismatch(expected: "an array", found: "an object")) {
      try $0.write("{}", "modules.json")
    },
    .init("a path upwards", "modules.json", "modules[1].path", .unsupported(found: "a path out of the folder")) {
      try $0.replace("1_Pooling", by: "x/../../1_Pooling", in: "modules.json")
    },
    .init("JSON that ends", "modules.json", "JSON", .truncated(needed: 1, available: 0)) {
      try $0.write("[", "modules.json")
    },
  ]

  static let pooling: [EmbedderDamage] = [
    .init(
      "two modes", poolingFile, "config.json.pooling_mode",
      unsupported("pooling_mode_cls_token, pooling_mode_mean_tokens")
    ) {
      try $0.set("pooling_mode_cls_token", true, in: poolingFile)
    },
    .init("another mode", poolingFile, "config.json.pooling_mode", unsupported("pooling_mode_max_tokens")) {
      try $0.set("pooling_mode_mean_tokens", false, in: poolingFile)
      try $0.set("pooling_mode_max_tokens", true, in: poolingFile)
    },
    .init("an unknown mode", poolingFile, "config.json.pooling_mode", unsupported("lasttoken")) {
      try $0.set("pooling_mode", "lasttoken", in: poolingFile)
    },
    .init(
      "another width", poolingFile, "config.json.word_embedding_dimension",
      .mismatch(expected: "hidden_size, 32", found: "33")
    ) {
      try $0.set("word_embedding_dimension", 33, in: poolingFile)
    },
    .init("no width", poolingFile, "config.json.word_embedding_dimension", .missing("field")) {
      try $0.set("word_embedding_dimension", nil, in: poolingFile)
    },
  ]

  static let lengths: [EmbedderDamage] = [
    .init("longer than the positions", lengthFile, "\(lengthFile).max_seq_length", outOfRange("41")) {
      try $0.set("max_seq_length", 41, in: lengthFile)
    },
    .init("no room for a token", lengthFile, "\(lengthFile).max_seq_length", outOfRange("1")) {
      try $0.set("max_seq_length", 1, in: lengthFile)
    },
    .init(
      "a length in words", lengthFile, "\(lengthFile).max_seq_length",
      .mismatch(expected: "an integer", found: "a string")
    ) {
      try $0.set("max_seq_length", "many", in: lengthFile)
    },
  ]

  /// Settings of version 6 that would make other vectors.
  static let outputs: [EmbedderDamage] = [
    .init("another task", lengthFile, "\(lengthFile).transformer_task", .unsupported(found: "fill-mask")) {
      try $0.set("transformer_task", "fill-mask", in: lengthFile)
    },
    .init("another name", lengthFile, "\(lengthFile).module_output_name", .unsupported(found: "sentence_embedding")) {
      try $0.set("module_output_name", "sentence_embedding", in: lengthFile)
    },
    .init(
      "another output", lengthFile, "\(lengthFile).modality_config.text.method_output_name",
      .unsupported(found: "pooler_output")
    ) {
      try $0.set(
        "modality_config", ["text": ["method": "forward", "method_output_name": "pooler_output"]], in: lengthFile)
    },
    .init(
      "arguments", lengthFile, "\(lengthFile).processing_kwargs", .unsupported(found: "arguments of the tokenizer")
    ) { try $0.set("processing_kwargs", ["text": ["truncation": false]], in: lengthFile) },
    .init(
      "a tokenizer's length", tokenizerFile, "\(tokenizerFile).model_max_length",
      .outOfRange(found: "1.0", allowed: "2 and more")
    ) {
      try $0.remove(lengthFile)
      try $0.write(#"{"model_max_length": 1}"#, tokenizerFile)
    },
  ]

  static let others: [EmbedderDamage] = [
    .init("a default prompt", promptFile, "\(promptFile).default_prompt_name", .unsupported(found: "a default prompt"))
    {
      try $0.write(#"{"prompts": {"query": "query: "}, "default_prompt_name": "query"}"#, promptFile)
    },
    .init("another kind of model", "config.json", "config.model_type", .unsupported(found: "mpnet")) {
      try $0.set("model_type", "mpnet", in: "config.json")
    },
    .init(
      "a vocabulary larger than the table", "tokenizer.json", "model.vocab",
      .outOfRange(found: "82 entries", allowed: "at most vocab_size of config.json, 60")
    ) { try $0.set("vocab_size", 60, in: "config.json") },
    .init(
      "a table of another size", "model.safetensors", "tensor embeddings.word_embeddings.weight, shape",
      .mismatch(expected: "shape [97, 32]", found: "[96, 32]")
    ) { try $0.set("vocab_size", 97, in: "config.json") },
    .init("another tokenizer", "tokenizer.json", "tokenizer.model.type", .unsupported(found: "the type \"Unigram\"")) {
      try $0.replace(#""type": "WordPiece""#, by: #""type": "Unigram""#, in: "tokenizer.json")
    },
  ]

  private static let poolingFile = "1_Pooling/config.json"
  private static let lengthFile = "sentence_bert_config.json"
  private static let tokenizerFile = "tokenizer_config.json"
  private static let promptFile = "config_sentence_transformers.json"

  private static func unsupported(_ mode: String) -> FormatError.Problem { .unsupported(found: "pooling \(mode)") }
  private static func outOfRange(_ found: String) -> FormatError.Problem {
    .outOfRange(found: found, allowed: "2 to max_position_embeddings, 40")
  }
}

@Suite struct EmbeddingRefusalTests {
  @Test(arguments: EmbedderDamage.all)
  func refused(damage: EmbedderDamage) throws {
    let folder = try EmbedderFolder()
    try damage.change(folder)
    let error = #expect(throws: FormatError.self) { try folder.embedder() }
    #expect(error?.file == FilePaths.join(folder.path, damage.file))
    #expect(error?.field == damage.field)
    #expect(error?.problem == damage.problem)
  }

  @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
  func aFileThatIsMissing(name: String) throws {
    let folder = try EmbedderFolder()
    try folder.remove(name)
    let error = #expect(throws: FileError.self) { try folder.embedder() }
    #expect(error?.isMissing == true)
    #expect(error?.path == FilePaths.join(folder.path, name))
  }

  @Test func aPromptThatIsNotUsedIsFine() throws {
    let folder = try EmbedderFolder()
    try folder.write(
      #"{"prompts": {"query": "query: "}, "default_prompt_name": null}"#, "config_sentence_transformers.json")
    #expect(try folder.embedder().embed(["bank"]).count == 32)
  }
}
