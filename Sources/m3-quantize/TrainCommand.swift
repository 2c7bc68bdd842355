import ArgumentParser
import M3Bytes
import M3Command
import M3Quantizer
import M3Spool
import M3Stage

struct TrainCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a codebook on a sample of memories, to code others with.")

  @Option(help: "A folder of memories, as m3-encode wrote them.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "The codebook to write.")
  var output: String

  @Option(help: "The model that made the memories: a GGUF file; for predicted codecs.")
  var model: String?

  @OptionGroup var coding: CodingOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    let settings = try coding.settings()
    let job = try TrainingJob(settings: settings, modelPath: model)
    let tasks = try MemoryInput(memories: input, references: references)
    guard try !tasks.isCoded() else { throw UsageError("\(input): coded already") }
    let files = try tasks.files()
    try OutputFile.require(output, notAmong: files.flatMap { [$0.memories.path, $0.survey.path, $0.references.path] })
    let sample = try SampledMemories(files, size: settings.sampleReferences, seed: job.seed)
    let bytes = try job.train(sample, runOptions)
    try AtomicFile.write(bytes, to: output)
    StandardOutput.write(
      "\(output): \(settings.codec.rawValue), \(bytes.count) bytes, from \(sample.count) of \(sample.totalCount) "
        + "references\nSHA-256 \(SHA256Digest.of(bytes))\n")
  }
}
