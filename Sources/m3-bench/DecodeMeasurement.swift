import M3Bank
import M3Command
import M3Inference
import M3JSON
import M3Reader
import M3Serving
import M3Text
import M3Transformer

/// Times generations of one model, and of one bank.
struct DecodeMeasurement {
  let loaded: LoadedModel
  let bank: BankReading?
  let search: BankSearch?
  let settings: RetrievalSettings
  let command: DecodeCommand

  struct Result {
    var generatedCount: Int
    var promptCount: Int
    /// From the prompt's text to the last token.
    var total: Stopwatch.Time
    /// From the first generated token on.
    var decoding: Stopwatch.Time
    var statistics: MemoryCache.Statistics?

    // The first token comes of the prompt's last one.
    var decodingRate: Double { Double(generatedCount - 1) / decoding.wall }
    var decodingCPURate: Double { Double(generatedCount - 1) / decoding.cpu }
    var endToEndRate: Double { Double(generatedCount) / total.wall }
    var endToEndCPURate: Double { Double(generatedCount) / total.cpu }

    var json: JSONObject {
      var object: JSONObject = [
        "end_to_end": ["tokens_per_cpu_second": .double(endToEndCPURate), "tokens_per_second": .double(endToEndRate)],
        "prompt_tokens": .integer(Int64(promptCount)), "tokens": .integer(Int64(generatedCount)),
        "tokens_per_cpu_second": .double(decodingCPURate),
        "tokens_per_second": .double(decodingRate),
      ]
      if let statistics {
        object["memories"] = .integer(Int64(statistics.requests))
        object["cached"] = .integer(Int64(statistics.hits))
      }
      return object
    }

    /// The run whose total is the middle one.
    static func median(_ results: [Result]) -> Result {
      results.sorted { $0.total.wall < $1.total.wall }[results.count / 2]
    }
  }

  /// Texts of at least as many tokens as a prompt has: references of the bank, far from each other, joined; any tokens
  /// where there is no bank.
  func promptTexts() throws -> [[Int32]] {
    let count = command.promptTokens
    guard let bank else {
      let vocabulary = loaded.tokenizer.vocabularyCount
      return (0..<command.prompts).map { prompt in
        (0..<count).map { Int32((prompt &* 7919 &+ $0 &* 104_729) % vocabulary) }
      }
    }
    return try (0..<command.prompts).map { prompt in
      var index = prompt * bank.bank.count / command.prompts
      var tokens: [Int32] = []
      while tokens.count < count {
        tokens += loaded.tokenizer.encode(try bank.bank.record(index: index % bank.bank.count).text + " ")
        index += 1
      }
      return Array(tokens.prefix(count))
    }
  }

  func run(_ way: DecodeWay, _ prompt: [Int32]) throws -> Result {
    let start = Stopwatch.now()
    var tokens = prompt
    var memory = ContextMemory.none
    var position = 0
    var retriever: MemoryRetriever?
    if let bank, let search, way != .none {
      var settings = settings
      // Texts stand in the prompt as many as were asked for, however alike they are.
      if way == .text { (settings.gate, settings.leastWeight) = (-1, 0) }
      let made = MemoryRetriever(
        search: search, source: bank.source, bos: bank.assembler.bos, constants: bank.assembler.constants,
        settings: settings)
      if way == .memory {
        memory = .retrieved(made)
        position = bank.assembler.contextPosition
        retriever = made
      } else {
        let text = String(decoding: loaded.tokenizer.decode(prompt), as: UTF8.self)
        tokens = bank.prompt(prompt, behind: try made.texts(made.hits(for: [text])[0]))
      }
    }
    let context = try ReadingContext(
      model: loaded.model, tokenizer: loaded.tokenizer, memory: memory, firstPosition: position,
      capacity: tokens.count + command.tokens, decodingThreads: command.threads)
    let logits = try context.read(tokens)
    let first = Stopwatch.now()
    var sampler = Sampler()
    let output = try Generator(tokenizer: loaded.tokenizer, stopTokens: []).generate(
      context, after: logits, sampler: &sampler, maximumTokens: command.tokens)
    context.settle()
    let end = Stopwatch.now()
    return Result(
      generatedCount: output.tokens.count, promptCount: tokens.count, total: end - start, decoding: end - first,
      statistics: retriever?.cache.statistics)
  }
}
