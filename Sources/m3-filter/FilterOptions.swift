import ArgumentParser
import M3Bytes
import M3Command
import M3Filter
import M3JSON
import M3Records
import M3Stage
import M3Tensor

/// What m3-filter is asked to make.
struct FilterOptions: StageOptions {
  @OptionGroup var profileOptions: ProfileOptions

  @Option(help: "The folder of texts to make.")
  var output: String

  @Option(help: "A folder for the texts that are refused, each with profile, rule, value and threshold.")
  var rejected: String?

  @OptionGroup var quality: QualityOptions

  @Option(help: "A record that cannot be read: fail, or quarantine.")
  var onBadInput: BadInputPolicy = .fail

  func job() throws -> any StageJob {
    let (settings, texts, level) = try profileOptions.read()
    try settings.fields.requireDistinct()
    try OutputFolder.require(output, outside: profileOptions.input)
    if let rejected {
      try OutputFolder.require(rejected, outside: profileOptions.input)
      guard OutputFolder.relativePath(of: rejected, from: output).hasPrefix("..") else {
        throw UsageError("--rejected \(rejected) lies in --output \(output): it has a folder of its own")
      }
      guard try StageFolder(rejected).definition() == nil else {
        throw UsageError("--rejected \(rejected): a stage has its results there")
      }
    }
    let filter = try FilterProfiles.filter(settings, level: level)
    let scorer = try quality.scorer(settings)

    var planned = settings.json
    planned["level"] = .string(level.rawValue)
    planned["on_bad_input"] = .string(onBadInput.rawValue)
    planned["profiles"] = FilterProfiles.json(filter)
    planned["rejected"] = rejected.map { .string(OutputFolder.relativePath(of: $0, from: output)) }
    planned["quality_head"] = scorer.map { .string($0.digest.description) }
    planned["kernel"] = scorer.map { .string($0.kernels.name) }
    planned["routed"] = .bool(filter.isRouted)
    let definition = StageDefinition(
      name: level == .document ? "filter-documents" : "filter", version: FilterStage.version, settings: planned)
    let work = StageWork(
      folder: StageFolder(output), definition: definition,
      upstream: texts.upstream,
      sources: { try texts.sources() },
      facts: { inputs in
        if let rejected { try RejectedFolder.claim(rejected, definition: definition, inputs: inputs) }
        guard let fraction = settings.keepFraction, let scorer else { return [:] }
        let sample = QualitySample(count: settings.qualitySample, seed: UInt64(settings.seed))
        let scores = try sample.scores(
          inputs, level: level, fields: settings.fields, filter: filter, scorer: scorer.scorer)
        return [FilterJob.thresholdFact: .double(try KeepFraction.threshold(keeping: fraction, of: scores))]
      })
    return FilterJob(
      work: work, settings: settings, filter: filter, scorer: scorer?.scorer, texts: texts, level: level,
      badInput: onBadInput, rejected: rejected)
  }
}
