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

  @Option(help: "What divides the texts.")
  var seed: UInt64 = 0

  @Flag(help: "Prints the report as JSON.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    try OutputFolder.require(FilePaths.split(output).folder, outside: input)
    let texts = try LabelledTexts.read(input)
    let encoder = try SentenceEmbedder(folder: embedder, threads: runOptions.workerCount)
    let head: QualityHead
    do {
      let progress = Progress("embed", unit: "texts", total: texts.count, mode: runOptions.progress)
      let examples = try QualityExample.embed(texts, with: encoder) { progress.advance(by: $0) }
      progress.finish()
      head = try QualityTraining(seed: seed).train(
        examples, embedder: encoder.identity, workers: runOptions.workerCount)
    } catch let error as QualityError {
      throw FormatError(.malformed("\(error)"), field: "labelled texts", file: input.joined(separator: " "))
    }
    try head.write(to: output)
    StandardOutput.write(
      json
        ? String(decoding: JSONValue.object(head.report.json).serialized(.canonical), as: UTF8.self) + "\n"
        : "\(head.report)\n")
  }
}
