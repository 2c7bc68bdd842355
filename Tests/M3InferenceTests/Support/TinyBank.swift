import M3Bytes
import M3Encoder
import M3Inference
import M3JSON
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights

/// The tiny model and the texts of its evaluation.
struct TinyModel: Sendable {
  static let shared = Result { try TinyModel() }

  let model: LlamaModel
  let tokenizer: Tokenizer
  let twin: PlainLlama
  let references: [Reference]

  init() throws {
    let file = try GGUFFile(path: Fixtures.path("tiny/tiny-llama.gguf"))
    model = try LlamaModel(file)
    tokenizer = try Tokenizer(TokenizerDefinition(file))
    twin = try PlainLlama(file)
    let reader = try ReferenceReader(path: Fixtures.path("evaluation/tiny/references/part-00000.jsonl.zst"))
    var references: [Reference] = []
    while case .record(let reference)? = try reader.next() { references.append(reference) }
    self.references = references
  }
}

/// Its references encoded in one way: what a bank would hold, without loss.
struct TinyBank: ReferenceSource {
  let tiny: TinyModel
  let producer: Producer
  let bos: BOSMemory
  let memories: [String: SparseMemory]
  let assembler: MemoryAssembler

  init(
    _ rule: SelectionRule, tokensPerHead: Int = 8, layers: [Int] = [0, 1], contextBOS: Producer.ContextBOS = .none,
    keySpace: Producer.KeySpace = .beforeRotation
  ) throws {
    tiny = try TinyModel.shared.get()
    let configuration = EncoderConfiguration(
      rule: rule, allocation: .adaptive, tokensPerHead: tokensPerHead, memoryLayers: layers, keySpace: keySpace,
      repeatPrompt: tiny.tokenizer.encode("\n\nRepeat the text above:\n"))
    let shape = tiny.model.configuration
    producer = Producer(
      modelDigest: .of([]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama",
      layerCount: shape.layerCount,
      queryHeadCount: shape.queryHeadCount,
      shape: MemoryShape(
        layers: layers, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension),
      rotaryBase: "\(shape.rotaryBase)", rotaryFactors: [], bosText: "<|endoftext|>", bosTokens: [0],
      contextBOS: contextBOS,
      keySpace: keySpace, selection: [:])
    bos = BOSMemory(tokens: [0], model: tiny.model)
    let encoder = ReferenceEncoder(model: tiny.model, bos: bos, configuration: configuration)
    let (references, tokenizer) = (tiny.references, tiny.tokenizer)
    let encoded = try encoder.encode(references.map { tokenizer.encode($0.text) })
    memories = Dictionary(uniqueKeysWithValues: zip(references.map(\.id), encoded))
    assembler = MemoryAssembler(
      producer: producer, bos: bos, longestReference: encoded.reduce(0) { max($0, $1.tokenCount) })
  }

  struct Missing: Error, Equatable { var id: String }

  func reference(id: String) throws -> (text: String, memory: SparseMemory) {
    guard let memory = memories[id] else { throw Missing(id: id) }
    return (tiny.references.first { $0.id == id }!.text, memory)
  }

  /// The next references in the order of their ids.
  func distractors(for key: String, excluding id: String, count: Int) throws -> [(text: String, memory: SparseMemory)] {
    try memories.keys.sorted().filter { $0 != id }.prefix(count).map { try reference(id: $0) }
  }

  func evaluator(distractorCount: Int = 0) -> Evaluator {
    Evaluator(
      model: tiny.model, tokenizer: tiny.tokenizer, assembler: assembler, contextBOS: [0],
      distractorCount: distractorCount)
  }
}

enum TinyItems {
  static let path = Fixtures.path("evaluation/tiny/items.jsonl")
}
