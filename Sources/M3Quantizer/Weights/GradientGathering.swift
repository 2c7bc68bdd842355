import Dispatch
import M3Bytes
import M3Memory
import M3Transformer
import Synchronization

/// A sample whose memories are read for their gradients, on several threads.
struct GradientGathering: Sendable {
  let references: [DenseReference]
  let weights: GradientWeights
  let producer: Producer
  let bos: BOSMemory
  let settings: BlockWeightSettings
  /// Tokens of the longest reference.
  private let longest: Int

  /// - Throws: ``FormatError`` where these do not fit one another, or the model's context is too short.
  init(
    references: [DenseReference], weights: GradientWeights, producer: Producer, bos: BOSMemory,
    settings: BlockWeightSettings
  ) throws(FormatError) {
    self.references = references
    self.weights = weights
    self.producer = producer
    self.bos = bos
    self.settings = settings
    longest = references.map(\.tokens.count).max() ?? 0
    try requireFit()
  }

  /// (entries, 2, …) means over the sample's tokens of a statistic, keys times their factor; the same for any number of
  /// workers.
  func means(_ statistic: GradientStatistic, workers: Int) -> [Double] {
    precondition(workers > 0, "nobody to do the work")
    let blockSize = statistic.count(headDimension: producer.shape.headDimension)
    let means = CentredMemories(references, shape: producer.shape)
    let rotation = Rotation(producer, positionCount: producer.contextPosition(longestReference: longest))
    let next = Mutex(0)
    let merged = Mutex(OrderedSums(count: 2 * producer.shape.entryCount * blockSize))
    let memory = AttentionMemory(bos)
    DispatchQueue.concurrentPerform(iterations: min(workers, references.count)) { _ in
      let reader = GradientReader(
        weights: weights, producer: producer, bos: memory, references: references, means: means, rotation: rotation,
        settings: settings, statistic: statistic)
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < references.count else { return }
        let sums = reader.sums(reference: index)
        merged.withLock { $0.add(sums, at: index) }
      }
    }
    let tokenCount = Double(references.reduce(0) { $0 + $1.tokens.count })
    return merged.withLock { $0.sums }.enumerated().map { index, sum in
      sum / tokenCount * ((index / blockSize).isMultiple(of: 2) ? settings.keyFactor : 1)
    }
  }

  private func requireFit() throws(FormatError) {
    let configuration = weights.model.configuration
    guard longest > 0 else { throw FormatError(.missing("references with tokens"), field: "sample") }
    guard producer.keySpace == .beforeRotation else {
      throw FormatError(.unsupported(found: producer.keySpace.rawValue), field: "key space")
    }
    for (field, expected, found) in [
      ("layers", configuration.layerCount, producer.layerCount),
      ("key-value heads", configuration.keyValueHeadCount, producer.shape.keyValueHeadCount),
      ("head dimension", configuration.headDimension, producer.shape.headDimension),
    ] where expected != found {
      throw FormatError(.mismatch(expected: "\(expected)", found: "\(found)"), field: field)
    }
    try bos.requireFit(producer)
    for (index, reference) in references.enumerated() where reference.memory.shape != producer.shape {
      throw FormatError(.mismatch(expected: "the producer's shape", found: "another"), field: "sample[\(index)]")
    }
    for tokens in references.map(\.tokens) + [settings.repeatPrompt] {
      for token in tokens where !(0..<Int32(configuration.vocabularySize)).contains(token) {
        throw FormatError(
          .outOfRange(found: "token \(token)", allowed: "a vocabulary of \(configuration.vocabularySize)"),
          field: "sample")
      }
    }
    let positionCount = producer.contextPosition(longestReference: longest) + settings.repeatPrompt.count + longest
    guard positionCount <= configuration.contextLength else {
      throw FormatError(
        .outOfRange(found: "\(positionCount) positions", allowed: "\(configuration.contextLength)"),
        field: "the longest reference")
    }
  }
}

/// Sums of lists that come in any order and are added in the order of their numbers, so that rounding is always the same.
private struct OrderedSums {
  private(set) var sums: [Double]
  private var next = 0
  private var waiting: [Int: [Double]] = [:]

  init(count: Int) {
    sums = [Double](repeating: 0, count: count)
  }

  mutating func add(_ list: [Double], at number: Int) {
    waiting[number] = list
    while let list = waiting.removeValue(forKey: next) {
      for index in sums.indices { sums[index] += list[index] }
      next += 1
    }
  }
}
