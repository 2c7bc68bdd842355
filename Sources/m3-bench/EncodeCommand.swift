import ArgumentParser
import M3Command
import M3Encoder
import M3JSON
import M3Stage
import M3Tensor

struct EncodeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Tokens a second of m3-encode from references to memories on disk, and beside it of the model alone.",
    discussion: """
      By turns with the stage, which hashes, reads, tokenizes, encodes, selects, compresses and writes, the model reads \
      the same batches of tokens and nothing is made of them. `share_of_bare` is the stage's rate in the model's, per CPU \
      second: 1 is a stage that costs nothing but its forward pass.
      """)

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "A folder of references, or a file of them.")
  var references: String

  @Option(help: "References that are encoded, at most.")
  var count = 64

  @Option(help: "Threads, each with batches of its own.")
  var threads = 1

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  @OptionGroup var settingsOptions: SettingsOptions

  func validate() throws {
    for (name, number, most) in [("count", count, 1 << 20), ("threads", threads, 1024), ("rounds", rounds, 1000)]
    where !(1...most).contains(number) {
      throw ValidationError("--\(name) takes 1 to \(most)")
    }
  }

  func execute() throws {
    var section = try settingsOptions.section("encode")
    let unresolved = try EncodeSettings(&section)
    let file = try ModelFile(path: model, kernel: unresolved.kernel)
    let settings = try unresolved.resolved(for: file.identity)
    let stage = try EncodeStage(
      file, settings: settings, producer: file.producer(settings), badInput: .fail, workers: threads)
    let measurement = try EncodeMeasurement(stage, references: BenchTexts.references(references, count: count))
    let fixed: JSONObject = [
      "bench": "encode", "kernels": .string(file.kernels.name),
      "references": .integer(Int64(measurement.references.count)), "settings": .object(settings.json),
      "threads": .integer(Int64(threads)), "tokens": .integer(Int64(measurement.tokenCount)),
    ]

    // Once for warming up; and what the stage would refuse, the model alone must not see.
    try measurement.encode()
    _ = try measurement.removeOutput()
    var turns = MeasuredTurns([("encode", measurement.encode), ("bare", measurement.readTokens)])
    var spoolBytes: UInt64 = 0
    func line(_ times: [String: Stopwatch.Time], round: Int?, share: Double) {
      var object = fixed
      let tokens = Double(measurement.tokenCount)
      object["bare_tokens_per_cpu_second"] = .double(tokens / times["bare"]!.cpu)
      object["round"] = round.map { .integer(Int64($0)) }
      object["share_of_bare"] = .double(share)
      object["spool_bytes"] = .integer(Int64(spoolBytes))
      object["tokens_per_cpu_second"] = .double(tokens / times["encode"]!.cpu)
      object["tokens_per_second"] = .double(tokens / times["encode"]!.wall)
      JSONLine.write(object)
    }
    try turns.run(rounds: rounds) { round, times in
      spoolBytes = try measurement.removeOutput()
      line(times, round: round, share: times["bare"]!.cpu / times["encode"]!.cpu)
    }
    line(turns.medians, round: nil, share: turns.share(of: "bare", in: "encode"))
  }
}
