import ArgumentParser
import M3Bytes
import M3Command
import M3Inference
import M3JSON
import M3Records

struct FidelityCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "fidelity",
    abstract: "Draws what memories of several banks are worth against their bytes.",
    discussion: """
      The same evaluation as that of `m3-read evaluate`, of banks that hold the same references: without the reference \
      (none) and with its text in the prompt (text) once, with its memory for each bank. \
      recovered = (none - memory) / (none - text), with a 95 % interval by the bootstrap over items.
      --json prints a line a bank as soon as it is measured; --from takes such lines instead of measuring again.
      """)

  @Argument(help: "Banks: folders.")
  var banks: [String] = []

  @Option(help: "The model that made them: a GGUF file.")
  var model: String?

  @Option(help: "Evaluation items, a JSON object a line: id, reference_id, task, context, target, separator.")
  var items: String?

  @Option(help: "Other references that are read beside the right one.")
  var distractors = 0

  @Option(help: "NAME=BANK: the curve that a bank belongs to. The default is its codec's family. Repeatable.")
  var label: [BankLabel] = []

  @Option(help: "A file of lines that --json printed. Repeatable.")
  var from: [String] = []

  @Option(help: "A file for the plot: SVG.")
  var svg: String?

  @Option(help: "Kernels to compute with, by name.")
  var kernel: String?

  @Flag(help: "Prints JSON, a line a bank.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func validate() throws {
    guard !banks.isEmpty || !from.isEmpty else { throw ValidationError("neither banks nor --from: nothing to compare") }
    guard (0...64).contains(distractors) else { throw ValidationError("--distractors takes 0 to 64") }
    guard banks.isEmpty || (model != nil && items != nil) else {
      throw ValidationError("banks are measured with --model and --items")
    }
    if let label = label.first(where: { !banks.contains($0.bank) }) {
      throw ValidationError("--label \(label.name)=\(label.bank): no such bank among the arguments")
    }
  }

  func execute() throws {
    if let svg { try OutputFile.require(svg, notAmong: inputs) }
    var points = try from.flatMap { try FidelityPoint.read(path: $0) }
    if json { for point in points { write(point) } }
    if let model, let items, !banks.isEmpty {
      var run = FidelityRun(
        items: try EvaluationItem.read(path: items), model: model, kernel: kernel, distractorCount: distractors,
        workers: runOptions.workerCount, progress: runOptions.progress)
      for bank in banks {
        let point = try run.measure(bank, series: label.last { $0.bank == bank }?.name)
        if json { write(point) }
        points.append(point)
      }
    }
    try FidelityPoint.requireComparable(points)
    if !json { StandardOutput.write(FidelityTable.text(points)) }
    if let svg { try AtomicFile.write(FidelityPlot(points).svg, to: svg) }
  }

  /// Files that are read.
  private var inputs: [InputFile] {
    (from + [items, model].compactMap { $0 }).map {
      InputFile(path: $0, name: $0, format: .jsonLines, byteCount: 0)
    }
  }

  private func write(_ point: FidelityPoint) {
    JSONLine.write(point.json)
  }
}
