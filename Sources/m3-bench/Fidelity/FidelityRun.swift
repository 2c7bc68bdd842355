import M3Bank
import M3Bytes
import M3Codec
import M3Command
import M3Inference
import M3JSON
import M3Reader
import M3Serving

/// Evaluates banks of the same references on the same items; what reads no memory is computed once.
struct FidelityRun {
  let items: [EvaluationItem]
  let model: String
  let kernel: String?
  let distractorCount: Int
  let workers: Int
  let progress: ProgressMode
  private var baseline: Baseline?

  init(
    items: [EvaluationItem], model: String, kernel: String?, distractorCount: Int, workers: Int, progress: ProgressMode
  ) {
    self.items = items
    self.model = model
    self.kernel = kernel
    self.distractorCount = distractorCount
    self.workers = workers
    self.progress = progress
  }

  /// What the model reads without a memory, and the losses by that.
  private struct Baseline {
    let bank: String
    let contextBOS: [Int32]
    /// Of each item's reference.
    let texts: [String]
    /// References of the bank and bytes of their texts: distractors are drawn from all of them.
    let extent: [UInt64]
    let losses: [EvaluationMode: [Double]]
  }

  /// - Parameter series: the curve that the bank belongs to; nil for that of its codec.
  /// - Throws: `WrongModelError` where another model made the bank; `UsageError` where it holds other references than
  ///   the first one; what reading and evaluating throw.
  mutating func measure(_ path: String, series: String?) throws -> FidelityPoint {
    let reading = try BankReading(bank: path, model: model, kernel: kernel, decoding: false)
    let evaluator = Evaluator(
      model: reading.loaded.model, tokenizer: reading.loaded.tokenizer, assembler: reading.assembler,
      contextBOS: reading.contextBOS, choice: .named(reading.source, distractorCount: distractorCount))
    var losses = try baselineLosses(path, reading, evaluator)
    losses[.memory] = try evaluate(.memory, evaluator, "\(FilePaths.split(path).name) ")
    let result = EvaluationResult(items: items, losses: losses, bytesPerReference: reading.bank.bytesPerReference)
    let codec = reading.bank.codec.name
    var json = result.json
    json["bench"] = "fidelity"
    json["bank"] = .string(FilePaths.split(path).name)
    json["codec"] = .string(codec)
    json["series"] = .string(series ?? Self.family(codec))
    json["distractors"] = .integer(Int64(distractorCount))
    json["items_sum"] = .string(itemsSum)
    return try FidelityPoint(json)
  }

  private mutating func baselineLosses(
    _ path: String, _ reading: BankReading, _ evaluator: Evaluator
  ) throws -> [EvaluationMode: [Double]] {
    let texts = try items.map { try reading.bank.record(id: $0.referenceID).text }
    let extent = [UInt64(reading.bank.count), reading.bank.directory.manifest.textByteCount]
    if let baseline {
      guard baseline.contextBOS == reading.contextBOS,
        zip(baseline.texts, texts).allSatisfy({ $0.utf8.elementsEqual($1.utf8) }),
        distractorCount == 0 || baseline.extent == extent
      else { throw UsageError("\(path) holds other references than \(baseline.bank), or begins a context otherwise") }
      return baseline.losses
    }
    var losses: [EvaluationMode: [Double]] = [:]
    for mode in [EvaluationMode.none, .text] { losses[mode] = try evaluate(mode, evaluator, "") }
    baseline = Baseline(
      bank: path, contextBOS: reading.contextBOS, texts: texts, extent: extent, losses: losses)
    return losses
  }

  private func evaluate(_ mode: EvaluationMode, _ evaluator: Evaluator, _ name: String) throws -> [Double] {
    let progress = Progress("\(name)\(mode.rawValue)", unit: "items", total: items.count, mode: progress)
    defer { progress.finish() }
    return try evaluator.evaluate(items, mode: mode, workers: workers) { progress.advance(by: $0) }
  }

  /// The curve of a codec: the scalar ones, which differ in bits alone, share one.
  private static func family(_ codec: String) -> String {
    codec.hasPrefix("int") && codec.dropFirst(3).allSatisfy(\.isNumber) ? "scalar" : codec
  }

  /// XXH3-64 of all that items say.
  private var itemsSum: String {
    var bytes: [UInt8] = []
    for item in items {
      for text in [item.id, item.referenceID, item.task, item.context, item.target, item.separator] {
        bytes += Array(text.utf8) + [0]
      }
    }
    return Hexadecimal.string(XXH3.hash64(bytes))
  }
}
