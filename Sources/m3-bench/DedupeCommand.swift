import ArgumentParser
import M3Command
import M3Dedupe
import M3JSON
import M3Tensor

struct DedupeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "dedupe",
    abstract: "References a second of making MinHash signatures and band keys from ready texts, one thread.")

  @Option(parsing: .upToNextOption, help: "Files, folders and patterns of documents or references.")
  var input: [String]

  @Option(help: "The settings: reference, datatrove, nemo or duplodocus.")
  var preset = "datatrove"

  @Option(help: "Texts that are read, at most.")
  var texts = 100_000

  @Option(help: "Rounds; the median counts.")
  var rounds = 5

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel = "auto"

  func validate() throws {
    guard DedupePreset(rawValue: preset) != nil else {
      let known = DedupePreset.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--preset takes one of \(known)")
    }
    guard texts >= 1 else { throw ValidationError("--texts is a number from 1") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
  }

  func execute() throws {
    let kernels = try Kernels.chosen(kernel)
    let configuration = DedupeConfiguration(preset: DedupePreset(rawValue: preset)!)
    let texts = try BenchTexts.documents(input, count: texts).map { Array($0.utf8) }
    var measurement = SignatureMeasurement(configuration, kernels: kernels)
    let results = (0..<rounds).map { _ in measurement.run(texts) }
    let middle = results.sorted { $0.cpu < $1.cpu }[rounds / 2]
    let bytes = texts.reduce(0) { $0 + $1.count }
    let object: JSONObject = [
      "bench": "dedupe", "preset": .string(preset), "kernels": .string(kernels.name),
      "references": .integer(Int64(texts.count)), "bytes": .integer(Int64(bytes)),
      "shingles": .integer(Int64(measurement.shingleCount)),
      "signature_length": .integer(Int64(configuration.signatureLength)),
      // Of all band keys, so that runs of other kernels can be compared with this one.
      "keys_sum": .string(String(measurement.keySum, radix: 16)),
      "megabytes_per_cpu_second": .double(Double(bytes) / middle.cpu * 1e-6),
      "references_per_cpu_second": .double(Double(texts.count) / middle.cpu),
    ]
    JSONLine.write(object)
  }
}
