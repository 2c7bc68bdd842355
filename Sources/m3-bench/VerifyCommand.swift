public import ArgumentParser
public import M3Bank
import M3Bytes
import M3Command
import M3JSON
import M3Reader

struct VerifyCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Megabytes a second of verifying a bank, with warm pages.",
    discussion: "Megabytes are of all files that are looked at; the level quick does not read them through.")

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "quick, full or deep, as m3-verify has them.")
  var level: BankVerifier.Level = .full

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  func validate() throws {
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
  }

  func execute() throws {
    let opened = try MemoryBank(path: bank)
    let report = verified(opened)
    if let damage = report.damage.first {
      throw FormatError(.malformed("damaged: \(damage.message)"), field: "bank", file: bank)
    }
    if let error = report.fileErrors.first { throw error }
    var turns = MeasuredTurns([("verify", { _ = verified(opened) })])
    func line(_ time: Stopwatch.Time, round: Int?) {
      var object: JSONObject = [
        "bench": "verify", "bytes": .integer(Int64(report.byteCount)), "cpu_seconds": .double(time.cpu),
        "level": .string(level.rawValue),
        "megabytes_per_cpu_second": .double(Double(report.byteCount) / time.cpu * 1e-6),
        "megabytes_per_second": .double(Double(report.byteCount) / time.wall * 1e-6),
        "records": .integer(Int64(report.recordCount)),
      ]
      object["round"] = round.map { .integer(Int64($0)) }
      JSONLine.write(object)
    }
    try turns.run(rounds: rounds) { line($1["verify"]!, round: $0) }
    line(turns.medians["verify"]!, round: nil)
  }

  private func verified(_ bank: MemoryBank) -> VerificationReport {
    BankVerifier.verify(
      path: self.bank, level: level, codec: { { payload throws(FormatError) in try bank.check(payload) } })
  }
}

extension BankVerifier.Level: ExpressibleByArgument {}
