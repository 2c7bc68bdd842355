import ArgumentParser
import M3Bytes
import M3Command
import M3Encoder
import M3JSON
import M3Stage
import M3Tensor

/// What m3-encode is asked to make.
struct EncodeOptions: StageOptions {
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

  func job() throws -> any StageJob {
    var section = try settingsOptions.section("encode")
    section.override("kernel", kernel)
    section.override("calibration", calibration)
    let unresolved = try EncodeSettings(&section)
    try OutputFolder.require(output, outside: [input])
    let references = try ReferenceInput(input)
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
      upstream: StageUpstream(
        path: { references.path(of: $0) }, check: { try references.check($0.inputs) }),
      sources: { try references.sources().parts.map { [$0] } })
    return EncodeJob(
      work: work, settings: settings, file: file, producer: try file.producer(settings), badInput: onBadInput,
      references: references)
  }
}
