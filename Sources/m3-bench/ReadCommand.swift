import ArgumentParser
import M3Codec
import M3Command
import M3JSON
import M3Reader
import M3Serving

struct ReadCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Microseconds until memories of a bank are ready for attention.",
    discussion: """
      Random sets of records are read with warm pages: read, verified, decompressed, decoded and rotated. The total is of \
      a whole set on --threads threads; its steps are measured one by one on one thread.
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "The model that made it, for banks whose memories are predicted from it: its part is decoding's too.")
  var model: String?

  @Option(help: "Memories of a set.")
  var count = 5

  @Option(help: "Sets of a round.")
  var sets = 200

  @Option(help: "Rounds.")
  var rounds = 5

  @Option(help: "Threads that read a set.")
  var threads = 1

  @Option(help: "MiB that are written before each set, to empty the processor's caches.")
  var evict = 0

  @Option(help: "What the sets are drawn from.")
  var seed: UInt64 = 1

  func validate() throws {
    let numbers = [
      ("count", count, 1024), ("sets", sets, 1 << 20), ("rounds", rounds, 1000), ("threads", threads, 1024),
    ]
    for (name, number, most) in numbers where !(1...most).contains(number) {
      throw ValidationError("--\(name) takes 1 to \(most)")
    }
    guard (0...4096).contains(evict) else { throw ValidationError("--evict takes 0 to 4096") }
  }

  func execute() throws {
    let opened = try BankReading.bank(bank, model: model)
    guard count <= opened.count else { throw UsageError("--count is over the bank's \(opened.count) records") }
    let measurement = ReadingMeasurement(
      bank: opened, memoryCount: count, threadCount: threads, evictedByteCount: evict << 20)
    let drawn = measurement.sets(count: sets, seed: seed)
    let bytes = try measurement.byteCounts(drawn)
    let fixed: JSONObject = [
      "bench": "read", "codec": .string(opened.codec.name), "count": .integer(Int64(count)),
      "element_bytes": .integer(Int64(bytes.elements)), "evicted_mib": .integer(Int64(evict)),
      "frame_bytes": .integer(Int64(bytes.frames)), "sets": .integer(Int64(sets)), "threads": .integer(Int64(threads)),
    ]
    var all = ReadingMeasurement.Times()
    for round in 0..<rounds {
      let times = try measurement.run(drawn)
      line(fixed, round: round, times)
      all.total += times.total
      all.steps.merge(times.steps) { $0 + $1 }
    }
    line(fixed, round: nil, all)
  }

  private func line(_ fixed: JSONObject, round: Int?, _ times: ReadingMeasurement.Times) {
    var object = fixed
    object["round"] = round.map { .integer(Int64($0)) }
    object["total_us"] = percentiles(times.total)
    for (step, values) in times.steps { object["\(step.rawValue)_us"] = percentiles(values) }
    JSONLine.write(object)
  }

  /// To tenths of a microsecond.
  private func percentiles(_ values: [Double]) -> JSONValue {
    let sorted = values.sorted()
    func value(_ percent: Int) -> JSONValue {
      .double((10 * sorted[min(sorted.count * percent / 100, sorted.count - 1)]).rounded() / 10)
    }
    return .object(["median": value(50), "p99": value(99)])
  }
}
