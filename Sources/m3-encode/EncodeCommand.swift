import ArgumentParser
import M3Bytes
import M3Command
import M3Encoder
import M3JSON
import M3Memory
import M3Stage
import M3Tensor
import M3Text
import M3Transformer

@main
struct EncodeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-encode",
    abstract: "Encodes references into sparse memories.",
    discussion: """
      Reads what m3-chunk wrote and writes part-*.spool.lz4: bfloat16 key-values, with their positions and their producer.
      """)

  @Option(help: "A folder of references.")
  var input: String

  @Option(help: "The folder of memories to make.")
  var output: String

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel: String?

  @OptionGroup var settingsOptions: SettingsOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    var section = try settingsOptions.section("encode")
    section.override("kernel", kernel)
    let settings = try EncodeSettings(&section)
    let parts = try StageInputs.parts(of: input, suffix: ".jsonl.zst")
    let loaded = try LoadedModel(path: model, kernel: settings.kernel)
    let producer = try loaded.producer(settings)

    var planned = settings.json
    planned["kernel"] = .string(loaded.model.kernels.name)
    planned["model_sha256"] = .string(loaded.digest.description)
    planned["tokenizer"] = .string(loaded.tokenizerFingerprint)
    let plan = StagePlan(
      definition: StageDefinition(name: "encode", version: EncodeStage.version, settings: planned),
      tasks: parts.map { [$0] })
    let folder = StageFolder(output)
    let runner = try StageRunner(folder: folder, plan: plan)
    let stage = EncodeStage(
      model: loaded.model, tokenizer: loaded.tokenizer, producer: producer,
      bos: BOSMemory(tokens: producer.bosTokens, model: loaded.model),
      configuration: EncoderConfiguration(
        rule: settings.rule, allocation: settings.allocation, tokensPerHead: settings.tokensPerHead,
        memoryLayers: producer.shape.layers, keySpace: settings.keySpace,
        repeatPrompt: loaded.tokenizer.encode(settings.repeatPrompt)),
      workers: runOptions.workerCount)
    let total = try UpstreamReport.references(input)
    let progress = Progress("encode", unit: "references", total: total, mode: runOptions.progress)
    let summary = try runner.run { task in
      try stage.run(task, folder: folder) { progress.advance(by: $0) }
    }
    progress.finish()
    StageSummary.print("m3-encode", summary, unit: "references", output: output, seconds: progress.elapsedSeconds)
  }
}
