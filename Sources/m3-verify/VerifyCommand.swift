public import ArgumentParser
import M3Bank
import M3Bytes
import M3Command
import M3JSON
import M3Reader

@main
struct VerifyCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-verify",
    abstract: "Says whether a bank is whole, and what is wrong with it if not.",
    discussion: """
      Exit code 0: intact. 65: damaged. 66: there is no bank. 74: something could not be read.
      XXH3 and SHA-256 in the bank find accidents; malice is excluded only where you know the root from elsewhere (--root).
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(
    help: "quick: manifest, sizes and indexes. full: every byte and every record. deep: also decodes every memory.")
  var level: BankVerifier.Level = .full

  @Option(help: "The root that the bank must have.")
  var root: String?

  @Flag(help: "Prints the report as JSON.")
  var json = false

  @Option(help: "How progress is shown: auto, plain or none.")
  var progress: ProgressMode = .auto

  func validate() throws {
    guard let root, SHA256Digest(hexadecimal: root) == nil else { return }
    throw ValidationError("--root takes 64 lower-case hexadecimal digits")
  }

  func execute() throws {
    guard try FilePaths.kind(bank) == .directory else { throw FileError(.open, path: bank, errorNumber: 2) }
    let shown = Progress("verify", unit: "MiB", total: nil, mode: progress)
    var done: UInt64 = 0
    let report = BankVerifier.verify(
      path: bank, level: level,
      codec: {
        let opened = try MemoryBank(path: bank)
        return { payload throws(FormatError) in try opened.check(payload) }
      }
    ) { bytes, _ in
      shown.advance(by: Int(bytes >> 20) - Int(done >> 20))
      done = bytes
    }
    shown.finish()
    let wrongRoot = root.map { $0 != report.root?.description } ?? false
    if json {
      var object = report.json.objectValue ?? [:]
      if let root {
        object["expected_root"] = .string(root)
        object["root_matches"] = .bool(!wrongRoot)
      }
      StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
    } else {
      StandardOutput.write(summary(report) + "\n")
      for damage in report.damage { StandardError.write("\(damage)\n") }
      for error in report.fileErrors { StandardError.write("\(error)\n") }
      if wrongRoot { StandardError.write("\(bank): the root is not \(root!)\n") }
    }
    try exit(report, wrongRoot: wrongRoot)
  }

  private func exit(_ report: VerificationReport, wrongRoot: Bool) throws {
    switch report.outcome {
    case .damaged: throw ExitCode(ExitStatus.badData.rawValue)
    case .unreadable: throw ExitCode(ExitStatus.inputOutput.rawValue)
    case .intact: if wrongRoot { throw ExitCode(ExitStatus.badData.rawValue) }
    }
  }

  private func summary(_ report: VerificationReport) -> String {
    let found: String =
      switch report.outcome {
      case .intact: "intact"
      case .damaged: "DAMAGED: \(report.damage.count) findings"
      case .unreadable: "UNREADABLE: \(report.fileErrors.count) files"
      }
    var text = "\(bank): \(found) (\(report.level.rawValue)): \(report.fileCount) files, \(report.shardCount) shards, "
    text += "\(report.recordCount) records, \(report.byteCount) bytes"
    if let root = report.root { text += "\nroot \(root)" }
    return text
  }
}

extension BankVerifier.Level: ExpressibleByArgument {}
