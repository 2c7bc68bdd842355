import ArgumentParser
import M3Bytes
import M3Command
import M3JSON
import M3Quantizer
import M3Stage

/// What m3-quantize is asked to make.
struct QuantizeOptions: StageOptions {
  @Option(help: "A folder of memories, as m3-encode wrote them.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "The folder of codes to make.")
  var output: String

  @Option(help: "The model that made the memories: a GGUF file; for predicted codecs.")
  var model: String?

  @Option(help: "A codebook that was trained before.")
  var codebook: String?

  @OptionGroup var coding: CodingOptions

  func job() throws -> any StageJob {
    let settings = try coding.settings()
    try OutputFolder.require(output, outside: [input, references])
    let tasks = try MemoryInput(memories: input, references: references)
    let training = try TrainingJob(settings: settings, modelPath: model)
    var planned = codebook == nil ? settings.json : settings.encoding
    if let codebook {
      // Read within the limit of codebooks: a sparse file of any size would be hashed for hours.
      let bytes = try ReadableFile.contents(of: codebook, limit: QuantizeJob.mostCodebookBytes)
      planned["codebook_sha256"] = .string(SHA256Digest.of(bytes).description)
    }
    training.describe(&planned)
    let work = StageWork(
      folder: StageFolder(output),
      definition: StageDefinition(name: "quantize", version: QuantizeStage.version, settings: planned),
      upstream: StageUpstream(path: { tasks.path(of: $0) }, check: { try tasks.check($0) }),
      sources: {
        guard try !tasks.isCoded() else { throw UsageError("\(input): coded already") }
        return try tasks.sources()
      })
    return QuantizeJob(work: work, tasks: tasks, training: training, codebookPath: codebook)
  }
}

/// How memories are coded.
struct CodingOptions: ParsableArguments {
  @Option(help: "How memories are coded: \(QuantizerCodec.allCases.map(\.rawValue).joined(separator: ", ")).")
  var codec: String?

  @Option(help: "Bytes of a memory, as a mean over the bank, for predicted codecs.")
  var bytesPerReference: Int?

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel: String?

  @OptionGroup var settingsOptions: SettingsOptions

  func settings() throws -> QuantizeSettings {
    var section = try settingsOptions.section("quantize")
    section.override("codec", codec)
    section.override("bytes_per_reference", bytesPerReference.map(String.init))
    section.override("kernel", kernel)
    return try QuantizeSettings(&section)
  }
}
