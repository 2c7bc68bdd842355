import M3Bytes
import M3Memory
import M3Stage
import M3Text
import M3Transformer

extension Calibrator {
  /// All heads, the best first; equal ones in the order of the model.
  ///
  /// A head's score is the mean over all tokens of the references of the largest attention that the token receives while
  /// the model repeats the reference: what ``SelectionRule/reconstruction`` selects by.
  func rankedHeads(
    _ references: [[Int32]], bos: [Int32], advance: (Int) -> Void
  ) throws -> [(head: KeyValueHead, score: Double)] {
    let shape = model.configuration
    let configuration = EncoderConfiguration(
      rule: .reconstruction, allocation: .uniform, tokensPerHead: 1, memoryLayers: Array(0..<shape.layerCount),
      keySpace: .beforeRotation, repeatPrompt: tokenizer.encode(repeatPrompt))
    for reference in references {
      try requireRoom(
        ReferenceEncoder.positionCount(
          tokenCount: reference.count, bosTokenCount: bos.count, configuration: configuration))
    }
    let memory = BOSMemory(tokens: bos, model: model)
    var pending = batches(references)[...]
    var sums = [Double](repeating: 0, count: shape.layerCount * shape.keyValueHeadCount)
    try OrderedPipeline.run(
      workers: workers,
      next: { pending.popFirst() },
      worker: { ReferenceEncoder(model: model, bos: memory, configuration: configuration) },
      transform: { encoder, batch in
        encoder.score(batch.map { DocumentWindow(references: [$0]) })
        return (batch.count, sumsOverTokens(encoder.scores, tokenCounts: batch.map(\.count)))
      },
      consume: { (count: Int, batch: [Double]) in
        for entry in sums.indices { sums[entry] += batch[entry] }
        advance(count)
      })
    let tokenCount = references.reduce(0) { $0 + $1.count }
    guard sums.allSatisfy(\.isFinite) else {
      throw FormatError(.outOfRange(found: "attention that is no number", allowed: "finite"), field: "heads")
    }
    let ranked = sums.indices.sorted { sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1 }
    return ranked.map { entry in
      let (layer, head) = entry.quotientAndRemainder(dividingBy: shape.keyValueHeadCount)
      return (KeyValueHead(layer: layer, head: head), sums[entry] / Double(tokenCount))
    }
  }

  /// Sums of (entries, T) scores over the tokens of all references of a batch.
  private func sumsOverTokens(_ scores: [[Float]], tokenCounts: [Int]) -> [Double] {
    var sums = [Double](repeating: 0, count: model.configuration.layerCount * model.configuration.keyValueHeadCount)
    for (scores, tokenCount) in zip(scores, tokenCounts) {
      for entry in sums.indices {
        for score in scores[entry * tokenCount..<(entry + 1) * tokenCount] { sums[entry] += Double(score) }
      }
    }
    return sums
  }
}
