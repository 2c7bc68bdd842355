public import ArgumentParser
import M3Bank
import M3Command
import M3Inference
import M3Reader
import M3Text
import M3Transformer

struct GenerateCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continues a prompt greedily, reading the memories that are named.",
    discussion: """
      --as none leaves the references out, --as text puts their texts before the prompt, --as memory (the default) reads \
      their memories.
      """)

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "The model that made it: a GGUF file.")
  var model: String

  @Option(help: "What to continue.")
  var prompt: String

  @Option(name: .customLong("memory"), parsing: .upToNextOption, help: "Ids of the references to read.")
  var memories: [String] = []

  @Option(name: .customLong("as"), help: "How references are read: none, text or memory.")
  var mode: EvaluationMode = .memory

  @Option(help: "Tokens to generate at most.")
  var maxTokens = 64

  @Option(help: "Kernels to compute with, by name.")
  var kernel: String?

  func validate() throws {
    guard (1...100_000).contains(maxTokens) else { throw ValidationError("--max-tokens takes 1 to 100000") }
  }

  func execute() throws {
    guard !prompt.isEmpty else { throw UsageError("--prompt is empty") }
    let reading = try BankReading(bank: bank, model: model, kernel: kernel)
    let tokenizer = reading.loaded.tokenizer
    let records = try memories.map { try reading.bank.record(id: $0) }
    var tokens = tokenizer.encode(prompt)
    var memory: AttentionMemory?
    var position = 0
    var isolated = 0
    switch mode {
    case .none:
      tokens = reading.contextBOS + tokens
    case .text:
      tokens = reading.contextBOS + records.flatMap { tokenizer.encode($0.text) + tokenizer.encode("\n\n") } + tokens
    case .memory:
      let sequence = reading.assembler.sequence(
        tokens, reading: try records.map { try reading.bank.memory($0) }, contextBOS: reading.contextBOS)
      tokens = sequence.tokens
      memory = sequence.memory
      position = reading.assembler.contextPosition
      isolated = sequence.isolatedCount
    }
    let generator = Generator(
      model: reading.loaded.model, tokenizer: tokenizer,
      stopTokens: Set(tokenizer.endOfSequence.map { [$0] } ?? []).union(reading.contextBOS))
    try generator.generate(
      prompt: tokens, memory: memory, firstPosition: position, isolatedCount: isolated, maximumTokens: maxTokens
    ) { piece in
      StandardOutput.write(piece)
      return true
    }
    StandardOutput.write("\n")
  }
}

extension EvaluationMode: ExpressibleByArgument {}
