import ArgumentParser
import M3Bytes
import M3Command
import M3Encoder
import M3JSON
import M3Stage
import M3Tensor

/// What m3-encode is asked to make.
struct EncodeOptions: ParsableArguments {
  @Option(help: "A folder of references.")
  var input: String

  @Option(help: "The folder of memories to make.")
  var output: String

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "A calibration of the model: for `allocation: heads`, and the BOS text where none is set.")
  var calibration: String?

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel: String?

  @Option(help: "A record that cannot be read or encoded: fail, or quarantine.")
  var onBadInput: BadInputPolicy = .fail

  @OptionGroup var settingsOptions: SettingsOptions

  func job() throws -> EncodeJob {
    var section = try settingsOptions.section("encode")
    section.override("kernel", kernel)
    section.override("calibration", calibration)
    let unresolved = try EncodeSettings(&section)
    let (parts, count) = try StageInputs.references(input)
    let file = try ModelFile(path: model, kernel: unresolved.kernel)
    let settings = try unresolved.resolved(for: file.identity)

    var planned = settings.json
    planned["kernel"] = .string(file.kernels.name)
    planned["model_sha256"] = .string(file.digest.description)
    planned["on_bad_input"] = .string(onBadInput.rawValue)
    planned["tokenizer"] = .string(file.tokenizerFingerprint)
    let work = StageWork(
      folder: StageFolder(output),
      definition: StageDefinition(name: "encode", version: EncodeStage.version, settings: planned),
      sources: parts.map { [$0] })
    return EncodeJob(
      work: work, settings: settings, file: file, producer: try file.producer(settings), badInput: onBadInput,
      referenceCount: count)
  }
}
