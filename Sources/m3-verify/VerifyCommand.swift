public import ArgumentParser
import M3Bank
import M3Bytes
import M3Command
import M3JSON
import M3Reader
import M3Serving

@main
struct VerifyCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-verify",
    abstract: "Says whether a bank is whole, and what is wrong with it if not.",
    discussion: """
      Exit code 0: intact. 65: damaged, or not what it says it is. 66: there is no bank. 74: something could not be read.
      XXH3 and SHA-256 in the bank find accidents; malice is excluded only by a key or a root that you know from elsewhere
      (--public-key, --root). With --model, deep also encodes a sample of the references again, in the arithmetic that
      --config or --set names (int8 by default): a bank that is whole and holds other memories than it says fails.
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(
    help: "quick: manifest, sizes and indexes. full: every byte and every record. deep: also decodes every memory.")
  var level: BankVerifier.Level = .full

  @Option(help: "The root that the bank must have.")
  var root: String?

  @Option(help: "Who must have signed the bank, and its index: an Ed25519 public key in PEM.")
  var publicKey: String?

  @OptionGroup var reencoding: ReencodingOptions

  @Flag(help: "Prints the report as JSON.")
  var json = false

  @Option(help: "How progress is shown: auto, plain or none.")
  var progress: ProgressMode = .auto

  func validate() throws {
    if let root, SHA256Digest(hexadecimal: root) == nil {
      throw ValidationError("--root takes 64 lower-case hexadecimal digits")
    }
    guard reencoding.model == nil || level == .deep else {
      throw ValidationError("--model is for --level deep")
    }
  }

  func execute() throws {
    guard try FilePaths.kind(bank) == .directory else { throw FileError(.open, path: bank, errorNumber: 2) }
    let key = try publicKey.map { try VerificationKey(path: $0) }
    let report = verify(key)
    var findings = VerifyFindings(bank: bank, report: report, expectedRoot: root)
    // Of a bank that is not whole nobody asks whether it is true as well.
    let result = Result { try report.outcome == .intact ? reencoding.report(bank: bank, progress: progress) : nil }
    findings.reencoding = try? result.get()
    if json {
      StandardOutput.write(String(decoding: findings.json.serialized(.pretty), as: UTF8.self))
    } else {
      StandardOutput.write(findings.text)
      for line in findings.problems { StandardError.write(line + "\n") }
    }
    _ = try result.get()
    if let status = findings.status { throw ExitCode(status.rawValue) }
  }

  private func verify(_ key: VerificationKey?) -> VerificationReport {
    let shown = Progress("verify", unit: "MiB", total: nil, mode: progress)
    defer { shown.finish() }
    var done: UInt64 = 0
    return BankVerifier.verify(
      path: bank, level: level, publicKey: key,
      codec: {
        let opened = try MemoryBank(path: bank)
        return { payload throws(FormatError) in try opened.check(payload) }
      }
    ) { bytes, _ in
      shown.advance(by: Int(bytes >> 20) - Int(done >> 20))
      done = bytes
    }
  }
}

extension BankVerifier.Level: ExpressibleByArgument {}
