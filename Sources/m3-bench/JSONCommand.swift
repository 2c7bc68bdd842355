import ArgumentParser
import M3Command
import M3JSON
import M3Records

struct JSONCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "json",
    abstract: "Megabytes a second of reading and writing JSON lines of references, one thread.",
    discussion: """
      By turns: lines are written to memory, and to a file of zstd as text stages write them; they are read from a plain \
      file and from that one; and, as objects of any shape, parsed into values and printed canonically. Megabytes are of \
      the plain lines; files are in the system's cache.
      """)

  @Option(help: "A folder of references, or a file of them; without it, invented ones.")
  var input: String?

  @Option(help: "References, at most.")
  var count = 20_000

  @Option(help: "Rounds; the median counts.")
  var rounds = 5

  func validate() throws {
    guard (1...1 << 24).contains(count) else { throw ValidationError("--count takes 1 to \(1 << 24)") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
  }

  func execute() throws {
    let references = try input.map { try BenchTexts.references($0, count: count) } ?? BenchTexts.invented(count: count)
    let measurement = try JSONMeasurement(references)
    var turns = MeasuredTurns(measurement.steps)
    func line(_ times: [String: Stopwatch.Time], round: Int?) {
      var object: JSONObject = [
        "bench": "json", "bytes": .integer(Int64(measurement.byteCount)),
        "references": .integer(Int64(references.count)), "zstd_bytes": .integer(Int64(measurement.compressedByteCount)),
      ]
      object["round"] = round.map { .integer(Int64($0)) }
      for (name, time) in times {
        object["\(name)_megabytes_per_cpu_second"] = .double(Double(measurement.byteCount) / time.cpu * 1e-6)
      }
      JSONLine.write(object)
    }
    try turns.run(rounds: rounds) { line($1, round: $0) }
    line(turns.medians, round: nil)
  }
}
