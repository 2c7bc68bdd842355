public import M3Bytes
public import M3Memory
public import M3Text
import M3Tensor
import Synchronization

/// The features of references, from a model's embedding and its first layers.
///
/// Any number of threads may ask at once: each takes a pass of its own, and gives it back for the next reference. What a
/// reference gives depends on its text alone.
public final class ModelFeatures: FeatureProvider {
  public let kind: FeatureKind
  private let model: LlamaModel
  private let tokenizer: Tokenizer
  private let memory: MemoryContext
  private let bosTokenCount: Int
  /// (width), of the BOS text's last token; zeros where it has none.
  private let firstRow: [Float]
  private let idle = Mutex<[IdlePass]>([])

  /// A pass that no thread uses.
  private struct IdlePass: @unchecked Sendable {
    let pass: ForwardPass
  }

  /// - Parameters:
  ///   - bos: the bank's BOS memory, of `bosTokens`.
  ///   - kind: what codebooks were trained on.
  /// - Throws: ``FormatError`` `mismatch` where features are of another width or more layers than the model has, or the
  ///   BOS memory is not one of these tokens in this model.
  public init(
    model: LlamaModel, tokenizer: Tokenizer, bos: BOSMemory, bosTokens: [Int32], kind: FeatureKind
  ) throws(FormatError) {
    let shape = model.configuration
    guard kind.hiddenSize == shape.hiddenSize, (0...shape.layerCount).contains(kind.hiddenLayers) else {
      throw FormatError(
        .mismatch(
          expected: "\(shape.layerCount) layers of width \(shape.hiddenSize)",
          found: "features of layer \(kind.hiddenLayers), width \(kind.hiddenSize)"), field: "features")
    }
    let expected = [shape.layerCount, shape.keyValueHeadCount, bosTokens.count, shape.headDimension]
    let found = [bos.layerCount, bos.keyValueHeadCount, bos.tokenCount, bos.headDimension]
    guard found == expected else {
      throw FormatError(.mismatch(expected: "(L, G, B, D) of \(expected)", found: "\(found)"), field: "BOS memory")
    }
    try Self.require(bosTokens, firstPosition: 0, shape, field: "BOS text")
    self.kind = kind
    self.model = model
    self.tokenizer = tokenizer
    memory = MemoryContext(bos: AttentionMemory(bos))
    bosTokenCount = bosTokens.count
    firstRow = [Float](unsafeUninitializedCapacity: kind.width) { row, count in
      row.initialize(repeating: 0)
      count = kind.width
      guard let last = bosTokens.indices.last else { return }
      let pass = ForwardPass(model: model)
      Self.write(
        bosTokens, memory: nil, firstPosition: 0, rows: last..<last + 1, of: pass, kind: kind, to: row.baseAddress!)
    }
  }

  /// - Throws: ``FormatError`` `outOfRange` for a text longer than the model's context. A text without tokens has one row.
  public func features(of text: String) throws -> TokenFeatures { try features(tokens: tokenizer.encode(text)) }

  /// The features of a reference given as tokens, BOS left out.
  /// - Throws: ``FormatError`` `outOfRange` for more tokens than the model's context, or one outside of its vocabulary.
  public func features(tokens: [Int32]) throws(FormatError) -> TokenFeatures {
    try Self.require(tokens, firstPosition: bosTokenCount, model.configuration, field: "reference")
    let pass = idle.withLock { $0.popLast() }?.pass ?? ForwardPass(model: model)
    let count = firstRow.count + tokens.count * kind.width
    let rows = [Float](unsafeUninitializedCapacity: count) { rows, initialized in
      rows.baseAddress!.initialize(from: firstRow, count: firstRow.count)
      if !tokens.isEmpty {
        Self.write(
          tokens, memory: memory, firstPosition: bosTokenCount, rows: tokens.indices, of: pass, kind: kind,
          to: rows.baseAddress! + firstRow.count)
      }
      initialized = count
    }
    idle.withLock { $0.append(IdlePass(pass: pass)) }
    return TokenFeatures(tokenCount: tokens.count, width: kind.width, rows: rows)
  }

  private static func require(
    _ tokens: [Int32], firstPosition: Int, _ shape: LlamaConfiguration, field: String
  ) throws(FormatError) {
    guard tokens.count <= shape.contextLength - firstPosition else {
      throw FormatError(
        .outOfRange(
          found: "\(tokens.count) tokens", allowed: "\(shape.contextLength - firstPosition), the model's context"),
        field: field)
    }
    for token in tokens where !(0..<Int32(shape.vocabularySize)).contains(token) {
      throw FormatError(
        .outOfRange(found: "token \(token)", allowed: "a vocabulary of \(shape.vocabularySize)"), field: field)
    }
  }

  /// Writes the rows of some tokens of a sequence: embedding, then hidden state, each by its root mean square.
  private static func write(
    _ tokens: [Int32], memory: MemoryContext?, firstPosition: Int, rows: Range<Int>, of pass: ForwardPass,
    kind: FeatureKind, to target: UnsafeMutablePointer<Float>
  ) {
    let sequence = Sequence(tokens: tokens, firstPosition: firstPosition, memory: memory)
    for layers in kind.hiddenLayers == 0 ? [0] : [0, kind.hiddenLayers] {
      let residual = pass.run([sequence], extent: .residual(afterLayers: layers))
      var out = layers == 0 ? target : target + kind.hiddenSize
      for row in rows {
        normalize(residual + row * kind.hiddenSize, count: kind.hiddenSize, into: out, pass.kernels)
        out += kind.width
      }
    }
  }

  /// out = x / √(mean(x²) + 10⁻⁶).
  private static func normalize(
    _ x: UnsafePointer<Float>, count: Int, into out: UnsafeMutablePointer<Float>, _ kernels: Kernels
  ) {
    let scale = 1 / (kernels.dot(count: count, x, x) / Float(count) + 1e-6).squareRoot()
    for element in 0..<count { out[element] = x[element] * scale }
  }
}
