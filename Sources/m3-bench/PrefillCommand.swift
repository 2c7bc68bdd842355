import ArgumentParser
import M3Command
import M3JSON
import M3Transformer

struct PrefillCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "prefill", abstract: "Tokens a second of reading references, without output head.")

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "References to read, in all.")
  var references = 64

  @Option(help: "Tokens of a reference.")
  var tokens = 128

  @Option(help: "Threads, each with batches of its own.")
  var threads = 1

  @Option(help: "References that a thread reads at a time.")
  var batch = 4

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel = "auto"

  @Option(help: "What weights are multiplied in: float32 or int8.")
  var arithmetic: Arithmetic = .int8

  func validate() throws {
    let numbers = [
      ("references", references, 1 << 20), ("tokens", tokens, 1 << 20), ("threads", threads, 1024),
      ("batch", batch, 4096),
      ("rounds", rounds, 1000),
    ]
    for (name, number, most) in numbers where !(1...most).contains(number) {
      throw ValidationError("--\(name) takes 1 to \(most)")
    }
  }

  func execute() throws {
    let loaded = try LoadedModel(path: model, kernel: kernel, arithmetic: arithmetic)
    let shape = loaded.model.configuration
    guard tokens <= shape.contextLength else {
      throw UsageError("--tokens is over the model's context, \(shape.contextLength)")
    }
    let texts: [[Int32]] = (0..<references).map { reference in
      (0..<tokens).map { Int32((reference &* 7919 &+ $0 &* 104_729) % shape.vocabularySize) }
    }
    let batches = stride(from: 0, to: references, by: batch).map { Array(texts[$0..<min($0 + batch, references)]) }
    let loadedModel = loaded.model
    run(batches, loadedModel)  // once for warming up
    var results: [Stopwatch.Time] = []
    for round in 0..<rounds {
      let start = Stopwatch.now()
      run(batches, loadedModel)
      results.append(Stopwatch.now() - start)
      line(round: round, results.last!, shape)
    }
    let middle = results.sorted { $0.cpu < $1.cpu }[rounds / 2]
    line(round: nil, middle, shape)
  }

  private func run(_ batches: [[[Int32]]], _ model: LlamaModel) {
    ThreadedPasses.run(batches, model, threads: threads) { pass, batch in
      pass.run(batch.map { Sequence(tokens: $0) })
    }
  }

  private func line(round: Int?, _ result: Stopwatch.Time, _ shape: LlamaConfiguration) {
    let count = Double(references * tokens)
    var object: JSONObject = [
      "bench": "prefill", "arithmetic": .string(arithmetic.rawValue), "batch": .integer(Int64(batch)),
      "references": .integer(Int64(references)),
      "threads": .integer(Int64(threads)), "tokens": .integer(Int64(tokens)),
      "gflops_per_cpu": .double(2 * count * Double(shape.multiplyAddsPerToken) / result.cpu * 1e-9),
      "tokens_per_cpu_second": .double(count / result.cpu), "tokens_per_second": .double(count / result.wall),
    ]
    object["round"] = round.map { .integer(Int64($0)) }
    JSONLine.write(object)
  }
}
