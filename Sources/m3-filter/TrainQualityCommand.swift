import ArgumentParser
import M3Bytes
import M3Command
import M3Filter
import M3JSON
import M3Records
import M3Retrieval
import M3Text

struct TrainQualityCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "train-quality",
    abstract: "Trains a head that scores texts, on the vectors of an encoder, and says how good it is.",
    discussion: """
      Texts are JSON lines with text and label: 0 or 1, or a grade from 0 to 5. Those of one document_id, where it is there, \
      are never divided between training and test.
      """)

  @Option(parsing: .upToNextOption, help: "Labelled texts: files, folders and patterns of JSON lines.")
  var input: [String]

  @Option(help: "The model that embeds texts: a folder, as sentence-transformers keeps them.")
  var embedder: String

  @Option(help: "The head to write.")
  var output: String

  @Option(
    parsing: .upToNextOption, help: "Labelled texts of another source, to measure the head on and not to train it.")
  var test: [String] = []

  @Option(help: "What divides the texts.")
  var seed: UInt64 = 0

  @Flag(help: "Prints the report as JSON.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    let files = try InputFiles.resolve(input)
    try OutputFile.require(output, notAmong: files)
    let texts = try LabelledTexts.read(files)
    let testTexts = try test.isEmpty ? [] : LabelledTexts.read(InputFiles.resolve(test))
    let encoder = try SentenceEmbedder(folder: embedder, threads: runOptions.workerCount)
    let head: QualityHead
    var figures: QualityFigures?
    do {
      let progress = Progress("embed", unit: "texts", total: texts.count, mode: runOptions.progress)
      let examples = try QualityExample.embed(texts, with: encoder) { progress.advance(by: $0) }
      progress.finish()
      head = try QualityTraining(seed: seed).train(
        examples, embedder: encoder.identity, workers: runOptions.workerCount)
      if !testTexts.isEmpty { figures = try head.figures(on: QualityExample.embed(testTexts, with: encoder)) }
    } catch let error as QualityError {
      throw FormatError(.malformed("\(error)"), field: "labelled texts", file: input.joined(separator: " "))
    }
    try head.write(to: output)
    if json {
      var report = head.report.json
      report["test"] = figures.map { .object($0.json) }
      StandardOutput.write(String(decoding: JSONValue.object(report).serialized(.canonical), as: UTF8.self) + "\n")
    } else {
      StandardOutput.write("\(head.report)\n" + (figures.map { "test      \($0.summary)\n" } ?? ""))
    }
  }
}
