import ArgumentParser
import M3Command
import M3Inference
import M3JSON
import M3Reader
import M3Serving
import M3Text

struct DecodeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Tokens a second of generating, batch 1, greedily, behind a prompt: paper, section 7.5.",
    discussion: """
      With a bank and its embedder, three ways by turns: without memory; with memories retrieved for every chunk of 64 \
      tokens; with the texts that the prompt retrieves before it, as retrieval-augmented generation has it. Prompts are \
      texts of the bank; nothing ends a generation early. `end_to_end` counts generated tokens over the time from the \
      prompt to the last token, retrieval, reading of memories and prefill included; `cached` are memories that needed no \
      reading. Memories start cold in every run.
      """)

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(help: "A bank of the model, with an index.")
  var bank: String?

  @Option(help: "Tokens of the prompt.")
  var promptTokens = 128

  @Option(help: "Tokens to generate.")
  var tokens = 128

  @Option(help: "Prompts of a round.")
  var prompts = 3

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  @Option(help: "Threads that share the work of a generated token.")
  var threads = 1

  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Kernels to compute with, by name; the default is the fastest this machine can run.")
  var kernel = "auto"

  func validate() throws {
    let numbers = [
      ("prompt-tokens", promptTokens, 1 << 16), ("prompts", prompts, 4096),
      ("rounds", rounds, 1000), ("threads", threads, 256),
    ]
    for (name, number, most) in numbers where !(1...most).contains(number) {
      throw ValidationError("--\(name) takes 1 to \(most)")
    }
    // The first token is the prompt's own.
    guard (2...1 << 16).contains(tokens) else { throw ValidationError("--tokens takes 2 to \(1 << 16)") }
    guard !retrieval.cold else { throw ValidationError("what is encoded on demand is not measured here: no --cold") }
    guard (bank == nil) == (retrieval.embedder == nil) else {
      throw ValidationError("--bank and --embedder belong together")
    }
  }

  func execute() throws {
    let ways: [DecodeWay]
    let measurement: DecodeMeasurement
    if let bank {
      let reading = try BankReading(bank: bank, model: model, kernel: kernel, decoding: true)
      let search = try retrieval.search(reading.bank)
      measurement = DecodeMeasurement(
        loaded: reading.loaded, bank: reading, search: search, settings: try retrieval.settings(), command: self)
      ways = DecodeWay.allCases
    } else {
      measurement = DecodeMeasurement(
        loaded: try LoadedModel(path: model, kernel: kernel, decoding: true), bank: nil, search: nil,
        settings: try retrieval.settings(), command: self)
      ways = [.none]
    }
    let texts = try measurement.promptTexts()
    var results: [DecodeWay: [DecodeMeasurement.Result]] = [:]
    for way in ways { _ = try measurement.run(way, texts[0]) }  // once for warming up
    for round in 0..<rounds {
      for (number, text) in texts.enumerated() {
        // By turns, so that every way sees the same machine.
        for way in (round + number).isMultiple(of: 2) ? ways : ways.reversed() {
          let result = try measurement.run(way, text)
          results[way, default: []].append(result)
          line(result.json, way: way, round: round)
        }
      }
    }
    for way in ways where way != .none {
      line(DecodeMeasurement.Result.median(results[way]!).json, way: way, round: nil)
    }
    var last = DecodeMeasurement.Result.median(results[.none]!).json
    for (way, name) in [(DecodeWay.memory, "memory_to_none"), (.text, "text_to_none")] where results[way] != nil {
      last[name] = ratio(results[way]!, results[.none]!)
    }
    if let memory = results[.memory], let text = results[.text] { last["memory_to_text"] = ratio(memory, text) }
    line(last, way: .none, round: nil)
  }

  /// Medians of the ratios of runs on the same prompt in the same round.
  private func ratio(_ one: [DecodeMeasurement.Result], _ other: [DecodeMeasurement.Result]) -> JSONValue {
    func median(_ rate: (DecodeMeasurement.Result) -> Double) -> JSONValue {
      .double(zip(one, other).map { rate($0) / rate($1) }.sorted()[one.count / 2])
    }
    return .object([
      "decoding": median(\.decodingRate), "decoding_per_cpu": median(\.decodingCPURate),
      "end_to_end": median(\.endToEndRate),
      "end_to_end_per_cpu": median(\.endToEndCPURate),
    ])
  }

  private func line(_ figures: JSONObject, way: DecodeWay, round: Int?) {
    var object = figures
    object["bench"] = "decode"
    object["way"] = .string(way.rawValue)
    object["threads"] = .integer(Int64(threads))
    object["round"] = round.map { .integer(Int64($0)) }
    JSONLine.write(object)
  }
}

/// What the model reads besides the prompt.
enum DecodeWay: String, CaseIterable {
  case none, memory, text
}
