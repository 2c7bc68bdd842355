import ArgumentParser
import M3Command
import M3Inference
import M3Reader
import M3Serving
import M3Text
import M3Transformer

#if canImport(Glibc)
  import Glibc
#endif

struct ChatCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talks with a model that reads the bank: every turn, and every 64 tokens, retrieve memories.",
    discussion: """
      A line is a turn. /memories shows or hides what is read, /new begins another conversation, /quit or the end of input \
      ends. Without --embedder the model answers from what it knows.
      """)

  @Argument(help: "The bank: a folder with an index.")
  var bank: String

  @Option(help: "The model that made it: a GGUF file of a chat model.")
  var model: String

  @Option(help: "The system text; the default is the model's own.")
  var system: String?

  @Option(help: "Tokens that a conversation may have.")
  var contextTokens = 2048

  @Flag(help: "Says on stderr which memories are read, and from which token on.")
  var showMemories = false

  @OptionGroup var retrieval: RetrievalOptions
  @OptionGroup var generation: GenerationOptions

  func validate() throws {
    guard (1...1_000_000).contains(contextTokens) else { throw ValidationError("--context-tokens takes 1 to 1000000") }
  }

  func execute() throws {
    let reading = try BankReading(
      bank: bank, model: model, kernel: generation.kernel, decoding: generation.decodingThreads != nil)
    let retriever = try retrieval.retrieverIfWanted(reading)
    var chat = try Conversation(reading, retriever, self)
    var showsMemories = showMemories
    chat.show(memories: showsMemories)
    let isInteractive = isatty(STDIN_FILENO) == 1
    if isInteractive { StandardError.write("\(reading.bank.count) references. /memories, /new, /quit\n") }
    while true {
      if isInteractive { StandardOutput.write("> ") }
      guard let line = readLine() else { break }
      switch line {
      case "": continue
      case "/quit": return
      case "/memories":
        showsMemories.toggle()
        chat.show(memories: showsMemories)
      case "/new":
        chat = try Conversation(reading, retriever, self)
        chat.show(memories: showsMemories)
      case _ where line.hasPrefix("/"): StandardError.write("\(line): no command; /memories, /new, /quit\n")
      default:
        do {
          try chat.answer(line)
        } catch let error as GenerationError {
          StandardError.write("\(error); --context-tokens bounds a conversation, /new begins another\n")
        }
      }
    }
  }
}

/// One conversation and its context.
private struct Conversation {
  private let reading: BankReading
  private let context: ReadingContext
  private let template: ChatTemplate
  private let generator: Generator
  private let maximumTokens: Int
  private let systemText: String?
  /// One for all turns: each draws on where the last one ended.
  private var sampler: Sampler
  /// What the context begins with, and how much of it does not see memories.
  private let opening: (tokens: [Int32], isolatedCount: Int)

  init(_ reading: BankReading, _ retriever: MemoryRetriever?, _ command: ChatCommand) throws {
    self.reading = reading
    let (file, tokenizer) = (reading.loaded.source.file, reading.loaded.tokenizer)
    template = try ChatTemplate(file)
    systemText = command.system ?? template.defaultSystem
    maximumTokens = command.generation.maxTokens
    generator = Generator(
      tokenizer: tokenizer, stopTokens: reading.stopTokens.union([try template.endOfTurn(tokenizer)]))
    sampler = Sampler(command.generation.sampling)
    // A template begins with a control token of its own; a bank may want the model's BOS before it.
    opening = retriever == nil ? ([], 0) : reading.assembler.opening(contextBOS: reading.contextBOS)
    let firstPosition = retriever == nil ? 0 : reading.assembler.contextPosition
    let limit = reading.loaded.model.configuration.contextLength
    guard firstPosition < limit else { throw GenerationError.tooLong(positions: firstPosition + 1, limit: limit) }
    context = try ReadingContext(
      model: reading.loaded.model, tokenizer: tokenizer, memory: retriever.map { .retrieved($0) } ?? .none,
      firstPosition: firstPosition,
      capacity: min(command.contextTokens, limit - firstPosition),
      decodingThreads: command.generation.decodingThreads)
  }

  func show(memories: Bool) {
    let log = MemoryLog(reading.source)
    context.onMemoryChange = memories ? { log.show($0) } : nil
  }

  /// Reads a user's turn and writes the model's.
  mutating func answer(_ text: String) throws {
    let tokenizer = reading.loaded.tokenizer
    let isFirst = context.tokenCount == 0
    var tokens: [Int32] = isFirst ? opening.tokens : []
    if isFirst, let systemText { tokens += try template.turn(.system, systemText, tokenizer) }
    // The end of the model's turn is in the context, the line break behind it is not.
    if !isFirst { tokens += tokenizer.encode("\n") }
    tokens += try template.turn(.user, text, tokenizer) + template.reply(tokenizer)
    guard tokens.count < context.room else {
      throw GenerationError.tooLong(
        positions: context.tokenCount + tokens.count, limit: context.tokenCount + context.room)
    }
    let logits = try context.read(
      tokens, bosCount: isFirst ? opening.tokens.count : 0, isolatedCount: isFirst ? opening.isolatedCount : 0,
      query: text)
    let output = try generator.generate(context, after: logits, sampler: &sampler, maximumTokens: maximumTokens) {
      piece in
      StandardOutput.write(piece)
      return true
    }
    // However it ended, the turn is closed for the model: behind its last token, which a limit leaves out of the context.
    let last = output.stopToken == nil ? Array(output.tokens.suffix(1)) : []
    for token in last + [try template.endOfTurn(tokenizer)] where context.room > 0 { _ = try context.append(token) }
    StandardOutput.write("\n")
  }
}
