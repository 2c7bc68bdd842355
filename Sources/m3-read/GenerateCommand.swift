public import ArgumentParser
import M3Bank
import M3Command
import M3Inference
import M3Reader
import M3Serving
import M3Text

struct GenerateCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continues a prompt, reading the memories that it retrieves or those that are named.",
    discussion: """
      With --embedder, every 64 tokens of prompt and continuation retrieve the memories that are read. With --memory, the \
      named references are read throughout: --as none leaves them out, --as text puts their texts before the prompt, --as \
      memory (the default) reads their memories.
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "The model that made it: a GGUF file.")
  var model: String

  @Option(help: "What to continue.")
  var prompt: String

  @Option(name: .customLong("memory"), parsing: .upToNextOption, help: "Ids of the references to read.")
  var named: [String] = []

  @Option(name: .customLong("as"), help: "How references are read: none, text or memory.")
  var mode: EvaluationMode = .memory

  @Flag(help: "Says on stderr which memories are read, and from which token on.")
  var showMemories = false

  @OptionGroup var retrieval: RetrievalOptions
  @OptionGroup var generation: GenerationOptions

  func validate() throws {
    guard named.isEmpty || retrieval.embedder == nil else {
      throw ValidationError("--memory names what is read, --embedder retrieves it: one of them")
    }
  }

  func execute() throws {
    guard !prompt.isEmpty else { throw UsageError("--prompt is empty") }
    let reading = try BankReading(
      bank: bank, model: model, kernel: generation.kernel, decoding: generation.decodingThreads != nil)
    let retriever = try retrieval.retrieverIfWanted(reading)
    let opening = try opening(reading, retriever)
    let context = try ReadingContext(
      model: reading.loaded.model, tokenizer: reading.loaded.tokenizer, memory: opening.memory,
      firstPosition: opening.firstPosition,
      capacity: try reading.capacity(opening.tokens.count, generation, firstPosition: opening.firstPosition),
      decodingThreads: generation.decodingThreads)
    if showMemories {
      let log = MemoryLog(reading.source)
      context.onMemoryChange = { log.show($0) }
      log.show(opening.hits)
      if mode != .none { log.show(named) }
    }
    let generator = Generator(tokenizer: reading.loaded.tokenizer, stopTokens: reading.stopTokens)
    var sampler = Sampler(generation.sampling)
    let logits = try context.read(opening.tokens, bosCount: opening.bosCount, isolatedCount: opening.isolatedCount)
    try generator.generate(context, after: logits, sampler: &sampler, maximumTokens: generation.maxTokens) { piece in
      StandardOutput.write(piece)
      return true
    }
    StandardOutput.write("\n")
    context.settle()
    if showMemories, let retriever { MemoryLog.show(retriever.cache.statistics) }
  }

  private struct Opening {
    var tokens: [Int32]
    /// Tokens at the start that belong to no chunk.
    var bosCount = 0
    var isolatedCount = 0
    var memory = ContextMemory.none
    var firstPosition = 0
    /// References whose texts stand before the prompt.
    var hits: [ReferenceHit]?
  }

  private func opening(_ reading: BankReading, _ retriever: MemoryRetriever?) throws -> Opening {
    let tokenizer = reading.loaded.tokenizer
    let tokens = tokenizer.encode(prompt)
    guard !tokens.isEmpty else { throw GenerationError.emptyPrompt }
    let assembler = reading.assembler
    if let retriever, mode != .memory {
      // As retrieval-augmented generation does: once, by the whole prompt.
      guard mode == .text else { return Opening(tokens: reading.prompt(tokens, behind: [])) }
      let hits = try retriever.hits(for: [prompt])[0]
      return Opening(tokens: reading.prompt(tokens, behind: try retriever.texts(hits)), hits: hits)
    }
    let records = try named.map { try reading.bank.record(id: $0) }
    switch mode {
    case .none: return Opening(tokens: reading.prompt(tokens, behind: []))
    case .text: return Opening(tokens: reading.prompt(tokens, behind: records.map(\.text)))
    case .memory:
      let (bos, isolatedCount) = assembler.opening(contextBOS: reading.contextBOS)
      let memory =
        try retriever.map { ContextMemory.retrieved($0) }
        ?? .fixed(assembler.assemble(records.map { try reading.bank.memory($0) }))
      return Opening(
        tokens: bos + tokens, bosCount: bos.count, isolatedCount: isolatedCount, memory: memory,
        firstPosition: assembler.contextPosition)
    }
  }
}

extension EvaluationMode: ExpressibleByArgument {}
