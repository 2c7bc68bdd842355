import ArgumentParser
import M3Bank
import M3Command
import M3JSON
import M3Sharding

struct ShardCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "shard",
    abstract: "Megabytes a second of writing a bank and of reading its records, in order and at random.",
    discussion: """
      Writing is the whole of m3-shard: survey, codec, compression, sums, files, manifest. Reading opens the bank, then \
      reads, verifies and decompresses every record once, on one thread, with warm pages; nothing is decoded \
      (m3-bench read). Megabytes are of records before compression: texts and payloads.
      """)

  @Option(help: "A folder of memories, as m3-encode or m3-quantize wrote them.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "Threads that write.")
  var threads = 1

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  @Option(help: "The random order.")
  var seed: UInt64 = 1

  @OptionGroup var settingsOptions: SettingsOptions

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads takes 1 to 1024") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
  }

  func execute() throws {
    var section = try settingsOptions.section("shard")
    let settings = try ShardSettings(&section)
    try ShardStage.requireCodec(settings.codec)
    let measurement = try ShardMeasurement(
      MemoryInput(memories: input, references: references), settings: settings, workers: threads, seed: seed)
    let manifest = measurement.manifest
    let byteCount = manifest.textByteCount + manifest.payloadByteCount
    let fixed: JSONObject = [
      "bench": "shard", "bytes": .integer(Int64(byteCount)), "codec": manifest.codec["name"] ?? .null,
      "compressed_bytes": .integer(Int64(manifest.compressedByteCount)),
      "records": .integer(Int64(manifest.recordCount)), "threads": .integer(Int64(threads)),
    ]
    var turns = MeasuredTurns(measurement.steps)
    func line(_ times: [String: Stopwatch.Time], round: Int?) {
      var object = fixed
      object["round"] = round.map { .integer(Int64($0)) }
      for (name, time) in times {
        object["\(name)_megabytes_per_cpu_second"] = .double(Double(byteCount) / time.cpu * 1e-6)
        object["\(name)_records_per_cpu_second"] = .double(Double(manifest.recordCount) / time.cpu)
      }
      JSONLine.write(object)
    }
    try turns.run(rounds: rounds) { round, times in
      try measurement.removeOutput()
      line(times, round: round)
    }
    line(turns.medians, round: nil)
  }
}
