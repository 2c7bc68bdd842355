import M3Encoder
import M3JSON
import M3Memory
import M3Records
import M3Tensor
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights

/// The tiny model with its tokenizer, and the references of its evaluation.
struct TinyEncoding: Sendable {
  static let shared = TinyEncoding()

  let file: GGUFFile
  let tokenizer: Tokenizer
  let twin: PlainLlama
  let references: [Reference]
  /// One for each set of kernels, by name.
  let models: [String: LlamaModel]

  static let kernels = Kernels.available.map(\.name)
  static let referencesPath = Fixtures.path("evaluation/tiny/references/part-00000.jsonl.zst")

  private init() {
    do {
      file = try GGUFFile(path: Fixtures.path("tiny/tiny-llama.gguf"))
      tokenizer = try Tokenizer(TokenizerDefinition(file))
      twin = try PlainLlama(file)
      let file = file
      models = try Dictionary(
        uniqueKeysWithValues: Kernels.available.map { ($0.name, try LlamaModel(file, kernels: $0)) })
      let reader = try ReferenceReader(path: TinyEncoding.referencesPath)
      var references: [Reference] = []
      while case .record(let reference)? = try reader.next() { references.append(reference) }
      self.references = references
    } catch {
      fatalError("\(error)")
    }
  }

  var model: LlamaModel { models[Kernels.best.name]! }

  func tokens(_ id: String) -> [Int32] { references.first { $0.id == id }!.tokenIDs! }

  /// Every setting but what a test is about: reconstruction, adaptive, all layers, as the golden file has it.
  func configuration(
    _ rule: SelectionRule = .reconstruction, _ allocation: SelectionAllocation = .adaptive, tokensPerHead: Int = 8,
    layers: [Int] = [0, 1], keySpace: Producer.KeySpace = .beforeRotation, context: EncodingContext = .reference,
    documentTokens: Int = 2048
  ) -> EncoderConfiguration {
    EncoderConfiguration(
      rule: rule, allocation: allocation, tokensPerHead: tokensPerHead, memoryLayers: layers, keySpace: keySpace,
      repeatPrompt: tokenizer.encode("\n\nRepeat the text above:\n"), context: context, documentTokens: documentTokens)
  }

  func bos(_ tokens: [Int32] = [0]) -> BOSMemory { BOSMemory(tokens: tokens, model: model) }

  func producer(_ configuration: EncoderConfiguration, bosTokens: [Int32] = [0]) throws -> Producer {
    let shape = model.configuration
    return Producer(
      modelDigest: try file.contentDigest(), tokenizerFingerprint: "0123456789abcdef", architecture: "llama",
      layerCount: shape.layerCount, queryHeadCount: shape.queryHeadCount,
      shape: MemoryShape(
        layers: configuration.memoryLayers, keyValueHeadCount: shape.keyValueHeadCount,
        headDimension: shape.headDimension),
      rotaryBase: "\(shape.rotaryBase)", rotaryFactors: [], bosText: "<|endoftext|>", bosTokens: bosTokens,
      contextBOS: .none, keySpace: configuration.keySpace, selection: ["rule": .string(configuration.rule.rawValue)])
  }
}

extension SparseMemory {
  /// Positions kept by each entry.
  var kept: [[Int]] {
    counts.indices.map { entry in positions[offsets[entry]..<offsets[entry + 1]].map { Int($0) } }
  }
}
