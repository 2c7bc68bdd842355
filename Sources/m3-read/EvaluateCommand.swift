import ArgumentParser
import M3Command
import M3Inference
import M3JSON
import M3Reader
import M3Serving

struct EvaluateCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures what a bank's memories are worth to its model.",
    discussion: """
      Negative log-likelihood of each item's target without the reference (none), with its text in the prompt (text) and \
      with its memory (memory). recovered = (none - memory) / (none - text).
      With --retrieve, text and memory are those that the item's context retrieves from the whole bank.
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "The model that made it: a GGUF file.")
  var model: String

  @Option(help: "Evaluation items, a JSON object a line: id, reference_id, task, context, target, separator.")
  var items: String

  @Option(help: "Which modes to measure, separated by commas.")
  var modes = "none,text,memory"

  @Option(help: "Other references that are read beside the right one.")
  var distractors = 0

  @Flag(help: "Reads what an item's context retrieves, in place of the reference that the item names.")
  var retrieve = false

  @Option(
    help: "Leaves out retrieved references that overlap context and target so much; the paper's limit is 2/3: 0.6666.")
  var overlapLimit: Double?

  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Kernels to compute with, by name.")
  var kernel: String?

  @Flag(help: "Prints JSON.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func validate() throws {
    guard (0...64).contains(distractors) else { throw ValidationError("--distractors takes 0 to 64") }
    guard retrieve == (retrieval.embedder != nil) else {
      throw ValidationError("--retrieve and --embedder belong together")
    }
    guard !retrieve || distractors == 0 else {
      throw ValidationError("--distractors are read beside the item's own reference, --retrieve finds what is read")
    }
    guard overlapLimit.map({ retrieve && $0 > 0 && $0 <= 1 }) ?? true else {
      throw ValidationError("--overlap-limit takes more than 0, up to 1, and needs --retrieve")
    }
  }

  func execute() throws {
    let wanted = try modes.split(separator: ",").map { name in
      guard let mode = EvaluationMode(rawValue: String(name)) else {
        throw UsageError(
          "unknown mode \(name); known: \(EvaluationMode.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return mode
    }
    _ = try retrieval.settings()
    guard !wanted.isEmpty else { throw UsageError("--modes names no mode") }
    let items = try EvaluationItem.read(path: items)
    let reading = try BankReading(bank: bank, model: model, kernel: kernel, decoding: false)
    let evaluator = Evaluator(
      model: reading.loaded.model, tokenizer: reading.loaded.tokenizer, assembler: reading.assembler,
      contextBOS: reading.contextBOS, choice: try choice(items, reading))
    var losses: [EvaluationMode: [Double]] = [:]
    for mode in wanted {
      let progress = Progress("evaluate \(mode.rawValue)", unit: "items", total: items.count, mode: runOptions.progress)
      losses[mode] = try evaluator.evaluate(
        items, mode: mode, workers: runOptions.workerCount
      ) { progress.advance(by: $0) }
      progress.finish()
    }
    let result = EvaluationResult(items: items, losses: losses, bytesPerReference: reading.bank.bytesPerReference)
    if json {
      var object = result.json
      object["distractors"] = .integer(Int64(distractors))
      if case .retrieved(let retrieved) = evaluator.choice { object["retrieval"] = .object(retrieved.json) }
      StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
    } else {
      StandardOutput.write(EvaluationTable.text(result))
      if case .retrieved(let retrieved) = evaluator.choice { StandardOutput.write(EvaluationTable.text(retrieved)) }
    }
  }

  private func choice(_ items: [EvaluationItem], _ reading: BankReading) throws -> ReferenceChoice {
    guard retrieve else { return .named(reading.source, distractorCount: distractors) }
    let retriever = try retrieval.retriever(reading)
    let progress = Progress("evaluate retrieve", unit: "items", total: items.count, mode: runOptions.progress)
    defer { progress.finish() }
    return .retrieved(
      try ItemRetrieval(
        items, retriever: retriever, source: reading.source, tokenizer: reading.loaded.tokenizer,
        overlapLimit: overlapLimit
      ) { progress.advance(by: $0) })
  }
}

/// An evaluation as a table for people.
enum EvaluationTable {
  static func text(_ result: EvaluationResult) -> String {
    var text = row(["nats a token"] + result.tasks + ["mean"])
    for mode in EvaluationMode.allCases {
      guard let mean = result.loss(mode) else { continue }
      let cells = result.tasks.map { result.loss(mode, task: $0)!.formatted(decimals: 3) }
      text += row([mode.rawValue] + cells + [mean.formatted(decimals: 3)])
    }
    if let recovered = result.recovered(), let interval = result.recoveredInterval() {
      let cells = result.tasks.map { result.recovered(task: $0)?.formatted(decimals: 3) ?? "-" }
      text += row(["recovered"] + cells + [recovered.formatted(decimals: 3)])
      text +=
        "95 % interval \(interval.lowerBound.formatted(decimals: 3)) to \(interval.upperBound.formatted(decimals: 3)), "
    }
    return text + "\(result.items.count) items, \(result.bytesPerReference.formatted(decimals: 0)) bytes a reference\n"
  }

  static func text(_ retrieved: ItemRetrieval) -> String {
    let found = (100 * retrieved.foundRate(within: .max)).formatted(decimals: 1)
    let first = (100 * retrieved.foundRate(within: 1)).formatted(decimals: 1)
    return "retrieved: the item's own reference first for \(first) %, among those that are read for \(found) %; "
      + "\(retrieved.meanReadCount.formatted(decimals: 2)) read as a mean\n"
  }

  private static func row(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(1, (index == 0 ? 14 : 9) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }.joined() + "\n"
  }
}
