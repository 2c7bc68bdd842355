import M3Memory
public import M3Text
public import M3Transformer
import M3Stage

/// Measures what memories are worth: negative log-likelihood of targets without the reference, with its text, and with
/// its memory.
///
/// - `none`: BOS, context, target.
/// - `text`: BOS, reference, separator, context, target. Of several references the item's own, or the most similar one,
///   stands last.
/// - `memory`: the references' memories, context from position max(128, BOS tokens + longest reference), target.
///
/// The parts are tokenized apart. An item's figure is the mean over the target's tokens.
public struct Evaluator: Sendable {
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  public let assembler: MemoryAssembler
  /// The context's own BOS in `none` and `text`, and in `memory` unless the producer says none.
  public let contextBOS: [Int32]
  public let choice: ReferenceChoice

  public init(
    model: LlamaModel, tokenizer: Tokenizer, assembler: MemoryAssembler, contextBOS: [Int32], choice: ReferenceChoice
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.assembler = assembler
    self.contextBOS = contextBOS
    self.choice = choice
  }

  /// Items of one batch: enough rows for the matrix kernels, few enough memories to hold.
  private static let batchSize = 8

  /// Mean negative log-likelihood of each item, in the order of `items`.
  /// - Throws: what the source of references throws; ``EvaluationError``.
  public func evaluate(
    _ items: [EvaluationItem], mode: EvaluationMode, workers: Int, progress: (Int) -> Void = { _ in }
  ) throws -> [Double] {
    var start = 0
    var result: [Double] = []
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> ArraySlice<EvaluationItem>? in
        guard start < items.count else { return nil }
        defer { start += Self.batchSize }
        return items[start..<min(start + Self.batchSize, items.count)]
      },
      worker: { ForwardPass(model: model) },
      transform: { pass, batch in try likelihoods(batch, mode: mode, pass: pass) },
      consume: { (batch: [Double]) in
        result += batch
        progress(batch.count)
      })
    return result
  }

  private func likelihoods(
    _ batch: ArraySlice<EvaluationItem>, mode: EvaluationMode, pass: ForwardPass
  ) throws -> [Double] {
    let sequences = try batch.map { try sequence($0, mode: mode) }
    pass.run(sequences.map(\.sequence))
    var rows: [Int] = []
    var targets: [Int32] = []
    var firstRow = 0
    for (sequence, targetCount) in sequences {
      let end = sequence.tokens.count
      for index in end - targetCount..<end {
        rows.append(firstRow + index - 1)
        targets.append(sequence.tokens[index])
      }
      firstRow += end
    }
    let losses = pass.negativeLogLikelihoods(rows: rows, targets: targets)
    var next = 0
    return sequences.map { _, targetCount in
      defer { next += targetCount }
      return losses[next..<next + targetCount].reduce(0, +) / Double(targetCount)
    }
  }

  /// What the model reads for an item, and how many of its last tokens are the target.
  private func sequence(
    _ item: EvaluationItem, mode: EvaluationMode
  ) throws -> (sequence: Sequence, targetCount: Int) {
    let target = tokenizer.encode(item.target)
    let question = tokenizer.encode(item.context) + target
    let sequence: Sequence
    switch mode {
    case .none:
      sequence = Sequence(tokens: contextBOS + question)
    case .text:
      let texts = try texts(item).map(tokenizer.encode)
      let between = tokenizer.encode("\n\n")
      let read = texts.isEmpty ? [] : Array(texts.joined(separator: between)) + tokenizer.encode(item.separator)
      sequence = Sequence(tokens: contextBOS + read + question)
    case .memory:
      sequence = assembler.sequence(question, reading: try memory(item), contextBOS: contextBOS)
    }
    guard !target.isEmpty, sequence.tokens.count > target.count else {
      throw EvaluationError.noTokens(item: item.id, part: target.isEmpty ? "target" : "context")
    }
    guard Int(sequence.positions.last!) < model.configuration.contextLength else {
      throw EvaluationError.tooLong(
        item: item.id, positions: Int(sequence.positions.last!) + 1, limit: model.configuration.contextLength)
    }
    return (sequence, target.count)
  }

  private func texts(_ item: EvaluationItem) throws -> [String] {
    switch choice {
    case .named(let source, let count):
      try source.distractors(for: item.id, excluding: item.referenceID, count: count).map(\.text)
        + [source.reference(id: item.referenceID).text]
    case .retrieved(let retrieval):
      try retrieval.retriever.texts(retrieval.hits(item))
    }
  }

  private func memory(_ item: EvaluationItem) throws -> MemoryContext {
    switch choice {
    case .named(let source, let count):
      let others = try source.distractors(for: item.id, excluding: item.referenceID, count: count)
      return assembler.assemble([try source.reference(id: item.referenceID).memory] + others.map(\.memory))
    case .retrieved(let retrieval):
      return try retrieval.retriever.context(retrieval.hits(item))
    }
  }
}

/// Why an evaluation cannot be carried out.
public enum EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A text of which the vocabulary has no token, or a context that leaves nothing to foresee the target from.
  case noTokens(item: String, part: String)
  case tooLong(item: String, positions: Int, limit: Int)

  public var description: String {
    switch self {
    case .noTokens(let item, let part): "item \(item): the \(part) gives no tokens"
    case .tooLong(let item, let positions, let limit):
      "item \(item): \(positions) positions, but the model's context holds \(limit)"
    }
  }
}

extension MemoryAssembler {
  /// A context that reads memories, its own BOS as the producer says.
  func sequence(_ context: [Int32], reading memory: MemoryContext, contextBOS: [Int32]) -> Sequence {
    let opening = opening(contextBOS: contextBOS)
    return Sequence(
      tokens: opening.tokens + context, firstPosition: contextPosition, memory: memory,
      isolatedCount: opening.isolatedCount)
  }

  /// What a context that reads memories begins with, and how many of these tokens do not see them.
  public func opening(contextBOS: [Int32]) -> (tokens: [Int32], isolatedCount: Int) {
    switch producer.contextBOS {
    case .none: ([], 0)
    case .isolated: (contextBOS, contextBOS.count)
    case .attend: (contextBOS, 0)
    }
  }
}
