public import M3Memory
public import M3Transformer

/// Turns references into sparse memories (paper, sections 3.1 and 3.3), on the calling thread.
///
/// Each reference attends to the bank's BOS and to itself, nothing else. A reference's memory does not depend on the
/// others of its batch.
public final class ReferenceEncoder {
  private let configuration: EncoderConfiguration
  private let model: LlamaModel
  private let pass: ForwardPass
  private let scorer: TokenScorer
  private let bos: AttentionMemory
  private let bosTokenCount: Int

  public init(model: LlamaModel, bos: BOSMemory, configuration: EncoderConfiguration) {
    self.model = model
    self.configuration = configuration
    self.bos = AttentionMemory(bos)
    bosTokenCount = bos.tokenCount
    pass = ForwardPass(model: model)
    scorer = TokenScorer(model: model, configuration: configuration)
  }

  /// A vector that is not finite: the model's weights overflow on this text.
  public struct NotFinite: Error, CustomStringConvertible {
    /// Index in the batch.
    public let reference: Int
    public var description: String { "the model gives key-values that are not finite" }
  }

  /// Positions that a reference of `tokenCount` tokens takes while it is encoded.
  public static func positionCount(tokenCount: Int, bosTokenCount: Int, configuration: EncoderConfiguration) -> Int {
    guard configuration.rule == .reconstruction else { return bosTokenCount + tokenCount }
    return Producer.contextPosition(bosTokenCount: bosTokenCount, longestReference: tokenCount)
      + configuration.repeatPrompt.count + tokenCount
  }

  /// Encodes a batch of references, given as tokens without BOS.
  /// - Throws: ``NotFinite``.
  public func encode(_ references: [[Int32]]) throws -> [SparseMemory] {
    let lastLayer = configuration.memoryLayers.last!
    let extent: ForwardExtent =
      switch configuration.rule {
      case .received, .reconstruction: .probabilities(layer: lastLayer)
      case .attention, .attentionExp, .all: .keysAndValues(layer: lastLayer)
      }
    scorer.begin(tokenCounts: references.map(\.count))
    pass.run(references.map(sequence), extent: extent, observer: scorer)
    return try references.indices.map { try memory($0) }
  }

  /// (entries, T) scores of each reference of the last batch.
  package var scores: [[Float]] { scorer.scores }

  /// What the model reads to encode one reference.
  private func sequence(_ reference: [Int32]) -> Sequence {
    guard configuration.rule == .reconstruction else {
      return Sequence(tokens: reference, firstPosition: bosTokenCount, memory: bos)
    }
    // The repetition stands where a reader's context would, so that it attends as a reader does.
    let repetition = configuration.repeatPrompt + reference
    let start = Producer.contextPosition(bosTokenCount: bosTokenCount, longestReference: reference.count)
    let positions = (0..<reference.count).map { bosTokenCount + $0 } + (0..<repetition.count).map { start + $0 }
    return Sequence(tokens: reference + repetition, positions: positions.map { Int32($0) }, memory: bos)
  }

  private func memory(_ index: Int) throws -> SparseMemory {
    let reference = scorer.collector.references[index]
    let dimension = model.configuration.headDimension
    let shape = MemoryShape(
      layers: configuration.memoryLayers, keyValueHeadCount: model.configuration.keyValueHeadCount,
      headDimension: dimension)
    let tokensPerHead = configuration.rule == .all ? reference.tokenCount : configuration.tokensPerHead
    var kept = TokenSelection.positions(
      scores: scorer.scores[index], tokenCount: reference.tokenCount, tokensPerHead: tokensPerHead,
      allocation: configuration.allocation)
    if reference.tokenCount == 0 { kept = Array(repeating: [], count: shape.entryCount) }

    let rowCount = kept.reduce(0) { $0 + $1.count }
    var keys: [Float] = []
    var values: [Float] = []
    keys.reserveCapacity(rowCount * dimension)
    values.reserveCapacity(rowCount * dimension)
    for (entry, positions) in kept.enumerated() {
      for position in positions {
        let first = (entry * reference.tokenCount + position) * dimension
        keys.append(contentsOf: reference.keys[first..<first + dimension])
        values.append(contentsOf: reference.values[first..<first + dimension])
      }
    }
    guard keys.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite), scorer.scores[index].allSatisfy({ !$0.isNaN })
    else {
      throw NotFinite(reference: index)
    }
    return SparseMemory(
      shape: shape, tokenCount: reference.tokenCount, counts: kept.map(\.count),
      positions: kept.flatMap { $0 }.map { UInt16($0) }, keys: keys, values: values)
  }
}
