import ArgumentParser
import M3Command
import M3Encoder

struct CalibrateCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Finds out which BOS text a model reads best behind, and which of its heads carry the reading.",
    discussion: """
      Once a model: any ordinary references will do. m3-encode takes the file as --calibration, for `allocation: heads` \
      and for the BOS text.
      """)

  @Option(help: "A folder or a file of references, which m3-chunk made with the same model.")
  var input: String

  @Option(help: "The calibration to write: JSON.")
  var output: String

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "References that are read, spread evenly over the input.")
  var references = 300

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel = "auto"

  @OptionGroup var runOptions: RunOptions

  func validate() throws {
    guard (1...100_000).contains(references) else { throw ValidationError("--references takes 1 to 100000") }
  }

  func execute() throws {
    var section = try SettingsSection("encode", file: nil)
    let settings = try EncodeSettings(&section)
    // A stage that is not finished has not all of its references yet.
    _ = try ReferenceInput(input).sources()
    let loaded = try LoadedModel(path: model, kernel: kernel)
    let sample = try CalibrationSample(input: input, count: references, tokenizer: loaded.tokenizer)
    let calibrator = Calibrator(
      model: loaded.model, tokenizer: loaded.tokenizer, identity: loaded.source.identity,
      repeatPrompt: settings.repeatPrompt,
      workers: runOptions.workerCount)
    let progress = Progress(
      "calibrate", unit: "readings", total: calibrator.readingCount(sample), mode: runOptions.progress)
    let calibration = try calibrator.calibrate(sample) { progress.advance(by: $0) }
    progress.finish()
    try calibration.write(to: output)
    StandardOutput.write(CalibrationTable.text(calibration, inputCount: sample.inputCount, output: output))
  }
}

/// A calibration as a table for people.
enum CalibrationTable {
  /// Heads that are shown: as many as the default of `dense_heads`.
  private static let headCount = 12

  static func text(_ calibration: Calibration, inputCount: Int, output: String) -> String {
    var text =
      "\(calibration.referenceCount) of \(inputCount) references, \(calibration.tokenCount) tokens; in \(output)\n"
    text += "perplexity  BOS\n"
    for bos in calibration.bos {
      text += "\(padded(bos.perplexity, 10))  \(bos.text.isEmpty ? "(declared)" : bos.text)\n"
    }
    text +=
      "     score  layer  head   (\(min(headCount, calibration.heads.count)) of \(calibration.heads.count) heads)\n"
    for ranked in calibration.heads.prefix(headCount) {
      text += "\(padded(ranked.score, 10))  \(padded("\(ranked.head.layer)", 5))  \(padded("\(ranked.head.head)", 4))\n"
    }
    return text
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
