import ArgumentParser
import M3Bytes
import M3Command
import M3Filter
import M3JSON
import M3Records
import M3Stage
import M3TextStage

struct SweepCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Shows for each rule what each threshold would keep, and writes no texts.")

  @OptionGroup var profileOptions: ProfileOptions

  @Option(help: "A file for the plot: SVG.")
  var svg: String?

  @Option(help: "Texts whose values are kept at most; of more, a sample.")
  var sample = FilterSweep.defaultSampleSize

  @Flag(help: "Prints JSON, a line a profile.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func validate() throws {
    guard (1...1_000_000).contains(sample) else { throw ValidationError("--sample takes 1 to 1000000") }
  }

  func execute() throws {
    let (settings, texts, level) = try profileOptions.read()
    guard settings.minimumQuality == nil, settings.keepFraction == nil, !settings.rewrites else {
      throw UsageError("sweep looks at profiles on texts as they are: not at min_quality, keep_fraction or rewrite")
    }
    if let svg { try OutputFile.require(svg, notAmong: texts.files()) }
    let filter = try FilterProfiles.filter(settings, level: level)
    let progress = Progress("sweep", unit: "\(level.rawValue)s", total: try texts.count(), mode: runOptions.progress)
    let batches = RecordBatches(try texts.files(), level: level, fields: settings.fields)
    var sweep = FilterSweep(profiles: filter.profiles, sampleSize: sample, seed: UInt64(settings.seed))
    try OrderedPipeline.run(
      workers: runOptions.workerCount,
      next: { try batches.next() },
      worker: {},
      transform: { _, batch in (try Self.values(batch, filter), batch.byteCount) },
      consume: { (values: [[[Double?]]], byteCount: Int) in
        for values in values { sweep.add(values) }
        batches.finish(byteCount: byteCount)
        progress.advance(by: values.count)
      })
    progress.finish()
    let results = sweep.results
    if let svg { try AtomicFile.write(SweepPlot.svg(results), to: svg) }
    for result in results {
      let text =
        json ? String(decoding: JSONValue.object(result.json).serialized(.canonical), as: UTF8.self) : result.table
      StandardOutput.write(text + (json ? "\n" : "\n\n"))
    }
  }

  private static func values(_ batch: RecordBatch<TextRecord>, _ filter: TextFilter) throws -> [[[Double?]]] {
    try batch.entries.map { entry in
      switch entry.result {
      case .record(let record): filter.values(of: FilterText(record.text))
      case .bad(_, let error, let place): throw error.at(place)
      }
    }
  }
}
