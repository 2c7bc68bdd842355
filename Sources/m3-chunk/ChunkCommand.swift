public import ArgumentParser
import M3Chunking
import M3Command
import M3JSON
import M3Records
import M3Stage

@main
struct ChunkCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-chunk",
    abstract: "Cuts documents into references of at most 128 tokens.",
    discussion: """
      Reads .jsonl (plain, .gz, .zst, .lz4), .txt and folders of them; writes part-*.jsonl.zst, one JSON object a reference.
      """)

  @Option(parsing: .upToNextOption, help: "Files and folders of documents.")
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
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    var section = try settingsOptions.section("chunk")
    section.override("max_tokens", maxTokens.map(String.init))
    if withTokenIDs { section.override("with_token_ids", "true") }
    let settings = try ChunkSettings(&section)
    guard Set([settings.textField, settings.idField, settings.titleField]).count == 3 else {
      throw UsageError("text_field, id_field and title_field: one name stands for two of them")
    }
    let files = try InputFiles.resolve(input)
    let tokenizer = try LoadedModel.tokenizer(path: model)

    var planned = settings.json
    planned["on_bad_input"] = .string(onBadInput.rawValue)
    planned["tokenizer"] = .string(LoadedModel.fingerprint(tokenizer))
    let plan = StagePlan(
      definition: StageDefinition(name: "chunk", version: ChunkStage.version, settings: planned),
      tasks: try files.map { [try StageInput(name: $0.name, path: $0.path)] })
    let folder = StageFolder(output)
    let runner = try StageRunner(folder: folder, plan: plan)
    let stage = ChunkStage(
      chunker: Chunker(tokenizer: tokenizer, configuration: ChunkConfiguration(maximumTokens: settings.maximumTokens)),
      fields: settings.fields, withTokenIDs: settings.withTokenIDs, badInput: onBadInput,
      workers: runOptions.workerCount)
    let progress = Progress("chunk", unit: "documents", total: nil, mode: runOptions.progress)
    let summary = try runner.run { task in
      try stage.run(task, input: files[task.index], folder: folder) { progress.advance(by: $0) }
    }
    progress.finish()
    StageSummary.print("m3-chunk", summary, unit: "documents", output: output, seconds: progress.elapsedSeconds)
  }
}

extension BadInputPolicy: ExpressibleByArgument {}
