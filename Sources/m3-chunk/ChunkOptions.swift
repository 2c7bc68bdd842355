import ArgumentParser
import M3Chunking
import M3Command
import M3JSON
import M3Records
import M3Stage
import M3Text

/// What m3-chunk is asked to make.
struct ChunkOptions: StageOptions {
  @Option(parsing: .upToNextOption, help: "Files, folders and patterns (`data/*.jsonl.gz`, `**`) of documents.")
  var input: [String]

  @Option(help: "The folder of references to make.")
  var output: String

  @Option(help: "The model whose tokenizer counts: a GGUF file.")
  var model: String

  @Option(help: "Tokens of a reference at most, BOS not counted.")
  var maxTokens: Int?

  @Flag(name: .customLong("with-token-ids"), help: "Writes each reference's token ids.")
  var withTokenIDs = false

  @Option(help: "A record that cannot be read: fail, or quarantine.")
  var onBadInput: BadInputPolicy = .fail

  @OptionGroup var settingsOptions: SettingsOptions

  func job() throws -> any StageJob {
    var section = try settingsOptions.section("chunk")
    section.override("max_tokens", maxTokens.map(String.init))
    if withTokenIDs { section.override("with_token_ids", "true") }
    let settings = try ChunkSettings(&section)
    try settings.fields.requireDistinct()
    try OutputFolder.require(output, outside: input)
    let texts = try TextInput(input, taskBytes: settings.taskBytes)
    guard texts.level != .reference else {
      throw UsageError("--input \(input.joined(separator: " ")): references, which are cut already")
    }
    let tokenizer = try ModelFile.tokenizer(path: model)

    var planned = settings.json
    planned["on_bad_input"] = .string(onBadInput.rawValue)
    planned["tokenizer"] = .string(ModelFile.fingerprint(tokenizer))
    let work = StageWork(
      folder: StageFolder(output),
      definition: StageDefinition(name: "chunk", version: ChunkStage.version, settings: planned),
      upstream: texts.upstream,
      sources: { try texts.sources() })
    return ChunkJob(work: work, settings: settings, tokenizer: tokenizer, badInput: onBadInput, texts: texts)
  }
}
