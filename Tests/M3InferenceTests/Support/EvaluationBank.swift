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

/// A model and the texts of its evaluation in `fixtures/evaluation`.
struct EvaluationModel: Sendable {
  static let tiny = Result { try EvaluationModel("tiny", path: Fixtures.path("tiny/tiny-llama.gguf")) }
  /// The real model, where it is on this machine.
  static let smollm2 = Result { try EvaluationModel("smollm2", path: Fixtures.smollm2 ?? "") }

  let model: LlamaModel
  let tokenizer: Tokenizer
  let references: [Reference]
  let items: [EvaluationItem]
  /// The golden file's fields.
  let golden: JSONFields

  init(_ name: String, path: String) throws {
    let file = try GGUFFile(path: path)
    model = try LlamaModel(file)
    tokenizer = try Tokenizer(TokenizerDefinition(file))
    let reader = try ReferenceReader(path: Fixtures.path("evaluation/\(name)/references/part-00000.jsonl.zst"))
    var references: [Reference] = []
    while case .record(let reference)? = try reader.next() { references.append(reference) }
    self.references = references
    items = try EvaluationItem.read(path: Fixtures.path("evaluation/\(name)/items.jsonl"))
    golden = try Fixtures.golden("evaluation/\(name)/golden.json")
  }
}

/// Its references encoded in one way: what a bank would hold, without loss.
struct EvaluationBank: ReferenceSource {
  let base: EvaluationModel
  let producer: Producer
  let bos: BOSMemory
  let memories: [String: SparseMemory]
  let assembler: MemoryAssembler

  init(
    _ rule: SelectionRule, of model: Result<EvaluationModel, any Error> = EvaluationModel.tiny, tokensPerHead: Int = 8,
    layers chosen: [Int]? = nil, contextBOS: Producer.ContextBOS = .none,
    keySpace: Producer.KeySpace = .beforeRotation
  ) throws {
    base = try model.get()
    let shape = base.model.configuration
    let layers = chosen ?? Array(0..<shape.layerCount)
    let configuration = EncoderConfiguration(
      rule: rule, allocation: .adaptive, tokensPerHead: tokensPerHead, memoryLayers: layers, keySpace: keySpace,
      repeatPrompt: base.tokenizer.encode("\n\nRepeat the text above:\n"))
    producer = Producer(
      modelDigest: .of([]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama",
      layerCount: shape.layerCount,
      queryHeadCount: shape.queryHeadCount,
      shape: MemoryShape(
        layers: layers, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension),
      rotaryBase: "\(shape.rotaryBase)", rotaryFactors: [], bosText: "<|endoftext|>", bosTokens: [0],
      contextBOS: contextBOS,
      keySpace: keySpace, selection: [:])
    bos = BOSMemory(tokens: [0], model: base.model)
    let encoder = ReferenceEncoder(model: base.model, bos: bos, configuration: configuration)
    let (references, tokenizer) = (base.references, base.tokenizer)
    let encoded = try encoder.encode(references.map { tokenizer.encode($0.text) })
    memories = Dictionary(uniqueKeysWithValues: zip(references.map(\.id), encoded))
    assembler = MemoryAssembler(
      producer: producer, bos: bos, longestReference: encoded.reduce(0) { max($0, $1.tokenCount) })
  }

  struct Missing: Error, Equatable { var id: String }

  func reference(id: String) throws -> (text: String, memory: SparseMemory) {
    guard let memory = memories[id] else { throw Missing(id: id) }
    return (base.references.first { $0.id == id }!.text, memory)
  }

  /// The next references in the order of their ids.
  func distractors(for key: String, excluding id: String, count: Int) throws -> [(text: String, memory: SparseMemory)] {
    try memories.keys.sorted().filter { $0 != id }.prefix(count).map { try reference(id: $0) }
  }

  func evaluator(distractorCount: Int = 0) -> Evaluator {
    Evaluator(
      model: base.model, tokenizer: base.tokenizer, assembler: assembler, contextBOS: [0],
      choice: .named(self, distractorCount: distractorCount))
  }
}
