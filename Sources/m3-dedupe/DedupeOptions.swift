import ArgumentParser
import M3Command
import M3Dedupe
import M3Records
import M3Stage

/// What m3-dedupe is asked to make.
struct DedupeOptions: StageOptions {
  @Option(
    parsing: .upToNextOption,
    help: "A stage's folder of documents or references, or files, folders and patterns of them.")
  var input: [String]

  @Option(help: "The folder to make: the input without near-duplicates.")
  var output: String

  @Option(
    help: "What a record is: document or reference. The default is what the stage wrote that is read, else document.")
  var level: TextLevel?

  @Option(help: "How near-duplicates are looked for: reference, datatrove, nemo or duplodocus.")
  var preset: String?

  @Option(help: "Which of near-duplicates stays: first, or longest.")
  var keep: String?

  @Option(help: "A record that cannot be read: fail, or quarantine.")
  var onBadInput: BadInputPolicy = .fail

  @OptionGroup var settingsOptions: SettingsOptions

  func job() throws -> any StageJob { try job(DedupeStep.allCases) }

  func job(_ steps: [DedupeStep]) throws -> any StageJob {
    var section = try settingsOptions.section("dedupe")
    section.override("level", level?.rawValue)
    section.override("preset", preset)
    section.override("keep", keep)
    let settings = try DedupeSettings(&section)
    try settings.fields.requireDistinct()
    try OutputFolder.require(output, outside: input)
    let texts = try TextInput(input, taskBytes: settings.taskBytes)
    let configuration = DedupeStageConfiguration(
      settings.configuration, level: try texts.level(asked: settings.level), fields: settings.fields,
      badInput: onBadInput, bucketLimit: settings.bucketLimit, taskBytes: settings.taskBytes)
    return DedupeJob(configuration: configuration, texts: texts, output: output, steps: steps)
  }
}
