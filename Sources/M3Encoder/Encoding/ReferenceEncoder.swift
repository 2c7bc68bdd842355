public import M3Memory
public import M3Transformer

/// Turns references into sparse memories (paper, sections 3.1 and 3.3), on the calling thread.
///
/// A reference attends to the bank's BOS, to what stands before it in its window, and to itself, nothing else. A
/// window's memories do not depend on the others of its batch.
public final class ReferenceEncoder {
  private let configuration: EncoderConfiguration
  private let model: LlamaModel
  private let pass: ForwardPass
  private let collector: KeyValueCollector
  /// Index among the collected layers of each memory layer.
  private let collectedLayers: [Int]
  private let scorer: TokenScorer
  private let repetitionScorer: RepetitionScorer
  private let bos: AttentionMemory
  private let bosTokenCount: Int
  private let shape: MemoryShape
  private let denseEntries: Set<Int>

  public init(model: LlamaModel, bos: BOSMemory, configuration: EncoderConfiguration) {
    self.model = model
    self.configuration = configuration
    self.bos = AttentionMemory(bos)
    bosTokenCount = bos.tokenCount
    shape = MemoryShape(
      layers: configuration.memoryLayers, keyValueHeadCount: model.configuration.keyValueHeadCount,
      headDimension: model.configuration.headDimension)
    denseEntries = configuration.denseEntries(keyValueHeadCount: shape.keyValueHeadCount)
    pass = ForwardPass(model: model)
    // The repetition reads every layer up to the last memory layer.
    let layers = configuration.rule == .reconstruction ? Array(0...shape.layers.last!) : shape.layers
    collectedLayers = shape.layers.map { layers.firstIndex(of: $0)! }
    collector = KeyValueCollector(model.configuration, layers: layers)
    scorer = TokenScorer(model: model, rule: configuration.rule, layers: shape.layers, collector: collector)
    repetitionScorer = RepetitionScorer(model: model, layers: shape.layers)
  }

  /// A vector that is not finite: the model's weights overflow on this text.
  public struct NotFinite: Error, CustomStringConvertible {
    /// Index among the references whose memories were asked for.
    public let reference: Int
    public var description: String { "the model gives key-values that are not finite" }
  }

  /// Positions that a reference of `tokenCount` tokens takes while it is encoded on its own.
  public static func positionCount(tokenCount: Int, bosTokenCount: Int, configuration: EncoderConfiguration) -> Int {
    guard configuration.rule == .reconstruction else { return bosTokenCount + tokenCount }
    return Producer.contextPosition(bosTokenCount: bosTokenCount, longestReference: tokenCount)
      + configuration.repeatPrompt.count + tokenCount
  }

  /// Encodes references on their own, given as tokens without BOS.
  /// - Throws: ``NotFinite``.
  public func encode(_ references: [[Int32]]) throws -> [SparseMemory] {
    try encode(references.map { DocumentWindow(references: [$0]) })
  }

  /// Encodes the references of windows, those that only precede left out.
  /// - Precondition: BOS and a window's tokens fit the model's context.
  /// - Throws: ``NotFinite``.
  public func encode(_ windows: [DocumentWindow]) throws -> [SparseMemory] {
    score(windows)
    return try collector.references.indices.map { try memory($0) }
  }

  /// (entries, T) scores of each reference of the last batch.
  package var scores: [[Float]] {
    configuration.rule == .reconstruction ? repetitionScorer.scores : scorer.scores
  }

  /// Collects keys and values of the windows' own references, and scores their tokens.
  func score(_ windows: [DocumentWindow]) {
    scorer.begin(windows.enumerated().flatMap { $1.ownSpans(sequence: $0) })
    pass.run(
      windows.map {
        Sequence(tokens: Array($0.references.joined()), firstPosition: bosTokenCount, memory: MemoryContext(bos: bos))
      },
      extent: configuration.extent, observer: scorer)
    guard configuration.rule == .reconstruction else { return }
    let references = windows.flatMap(\.ownReferences)
    repetitionScorer.begin(tokenCounts: references.map(\.count))
    pass.run(
      zip(references, collector.references).map(repetition), extent: .probabilities(layer: shape.layers.last!),
      observer: repetitionScorer)
  }

  /// The model reads the whole memory of a reference as a reader does, and repeats the reference where a reader's
  /// context would stand.
  private func repetition(_ reference: [Int32], _ keyValues: ReferenceKeyValues) -> Sequence {
    let tokenCount = reference.count
    let contextPosition = Producer.contextPosition(bosTokenCount: bosTokenCount, longestReference: tokenCount)
    let layerCount = model.configuration.layerCount
    let entryCount = layerCount * shape.keyValueHeadCount
    let filledCount = (shape.layers.last! + 1) * shape.keyValueHeadCount
    let firstPosition = configuration.keySpace == .beforeRotation ? contextPosition - tokenCount : bosTokenCount
    let memory = AttentionMemory(
      layerCount: layerCount, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension,
      offsets: (0...entryCount).map { min($0, filledCount) * tokenCount },
      keys: keyValues.rotatedKeys(model, firstPosition: firstPosition), values: keyValues.values)
    return Sequence(
      tokens: configuration.repeatPrompt + reference,
      firstPosition: contextPosition,
      memory: MemoryContext(bos: bos, memories: [memory]))
  }

  private func memory(_ index: Int) throws -> SparseMemory {
    let reference = collector.references[index]
    let scores = scores[index]
    let tokensPerHead = configuration.rule == .all ? reference.tokenCount : configuration.tokensPerHead
    var kept = TokenSelection.positions(
      scores: scores, tokenCount: reference.tokenCount, tokensPerHead: tokensPerHead,
      allocation: configuration.allocation, denseEntries: denseEntries)
    if reference.tokenCount == 0 { kept = Array(repeating: [], count: shape.entryCount) }

    // Readers place every reference behind the BOS, wherever in its window it was read.
    let ownKeys =
      configuration.keySpace == .beforeRotation
      ? reference.keys : reference.rotatedKeys(model, firstPosition: bosTokenCount)
    let dimension = shape.headDimension
    let rowCount = kept.reduce(0) { $0 + $1.count }
    var keys: [Float] = []
    var values: [Float] = []
    keys.reserveCapacity(rowCount * dimension)
    values.reserveCapacity(rowCount * dimension)
    for (entry, positions) in kept.enumerated() {
      let (layerIndex, head) = entry.quotientAndRemainder(dividingBy: shape.keyValueHeadCount)
      let firstRow = (collectedLayers[layerIndex] * shape.keyValueHeadCount + head) * reference.tokenCount
      for position in positions {
        let first = (firstRow + position) * dimension
        keys.append(contentsOf: ownKeys[first..<first + dimension])
        values.append(contentsOf: reference.values[first..<first + dimension])
      }
    }
    guard keys.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite), scores.allSatisfy({ !$0.isNaN }) else {
      throw NotFinite(reference: index)
    }
    return SparseMemory(
      shape: shape, tokenCount: reference.tokenCount, counts: kept.map(\.count),
      positions: kept.flatMap { $0 }.map { UInt16($0) }, keys: keys, values: values)
  }
}
