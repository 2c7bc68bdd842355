import ArgumentParser
import M3Command
import M3Serving

#if canImport(Glibc)
  import Glibc
#endif

/// How references are encoded again.
struct ReencodingOptions: ParsableArguments {
  @Option(help: "For deep: the model that made the bank; a sample of its references is encoded again and compared.")
  var model: String?

  @Option(help: "References that are encoded again.")
  var sample = 64

  @Option(help: "The same seed draws the same references.")
  var seed: UInt64 = 0

  @Option(help: "Kernels to encode with: auto, or a name that pins them.")
  var kernel: String?

  @OptionGroup var settingsOptions: SettingsOptions

  @Option(help: "Threads that encode. The default is the machine's cores.")
  var workers: Int?

  func validate() throws {
    guard (1...1_000_000_000).contains(sample) else { throw ValidationError("--sample takes 1 to 1000000000") }
    guard workers.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--workers takes 1 to 1024")
    }
  }

  /// Encodes a sample again; nil where no model is given.
  func report(bank: String, progress: ProgressMode) throws -> ReencodingReport? {
    guard let model else { return nil }
    var section = try settingsOptions.section("encode")
    section.override("kernel", kernel)
    let given = section.givenKeys
    let settings = try EncodeSettings(&section)
    let reencoding = try BankReencoding(bank: bank, model: model, settings: settings, given: given)
    let shown = Progress(
      "encode again", unit: "references", total: reencoding.count(sample: sample), mode: progress)
    defer { shown.finish() }
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return try reencoding.run(sample: sample, seed: seed, workers: workers ?? cores) {
      shown.advance(by: $0)
    }
  }
}
