public import M3Bytes
public import M3Memory
import M3Parallel
public import M3Transformer
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Learns how each head should read memories: a bias and a scale of their logits, by gradients of the loss.
///
/// The model reads memories as a bank stores them, several at a time, and recalls or continues one of their references. 180
/// numbers for a model of 90 heads, so that a few hundred sequences are enough.
public struct ReadingTraining {
  private let weights: GradientWeights
  private let producer: Producer
  private let bos: AttentionMemory
  private let references: [DenseReference]
  private let settings: ReadingTrainingSettings
  private let workers: Int
  private let rotation: Rotation
  private let longestReference: Int

  /// - Parameter references: their memories as they are decoded, every token in every entry, keys before rotation.
  /// - Throws: ``FormatError`` where there is no reference, or what is read does not fit the model's context.
  public init(
    references: [DenseReference], weights: GradientWeights, producer: Producer, bos: BOSMemory,
    settings: ReadingTrainingSettings, workers: Int
  ) throws(FormatError) {
    guard !references.isEmpty else { throw FormatError(.missing("references with tokens"), field: "sample") }
    try bos.requireFit(producer)
    longestReference = references.map(\.tokens.count).max() ?? 0
    let positions =
      producer.contextPosition(longestReference: longestReference) + settings.cueTokens
      + max(settings.recalledTokens, settings.continuedTokens)
    let limit = weights.model.configuration.contextLength
    guard positions <= limit else {
      throw FormatError(
        .outOfRange(found: "\(positions) positions", allowed: "\(limit)"), field: "the longest reference")
    }
    self.weights = weights
    self.producer = producer
    self.bos = AttentionMemory(bos)
    self.references = references
    self.settings = settings
    self.workers = workers
    rotation = Rotation(
      producer, positionCount: producer.contextPosition(longestReference: longestReference))
  }

  /// - Parameter observer: told of each step's loss, in nats a token.
  public func train(observer: (_ step: Int, _ loss: Double) -> Void = { _, _ in }) -> ReadingConstants {
    let headCount = producer.layerCount * producer.shape.keyValueHeadCount
    let tokenCounts = references.map(\.tokens.count)
    var optimizer = Adam(count: 3 * headCount)
    // Biases, crowding, logarithms of scales.
    var parameters = [Double](repeating: 0, count: 3 * headCount)
    let passes = PassPool(weights)
    for step in 0..<settings.stepCount {
      let constants = Self.constants(parameters)
      let exercises = (0..<settings.batchSize).compactMap {
        ReadingExercise.drawn(number: step * settings.batchSize + $0, tokenCounts: tokenCounts, settings: settings)
      }
      let results = Mutex([MemoryGradient?](repeating: nil, count: exercises.count))
      ParallelLoop.run(exercises.count, workers: workers) { index in
        let gradient = passes.use { run(exercises[index], constants: constants, pass: $0) }
        results.withLock { $0[index] = gradient }
      }
      // Added up in order, whoever was first.
      var gradient = [Double](repeating: 0, count: 3 * headCount)
      var loss = 0.0
      for (exercise, result) in zip(exercises, results.withLock { $0 }) {
        let share = 1 / Double(exercise.context.count - exercise.firstTarget) / Double(exercises.count)
        let logCount = log(Double(exercise.references.count))
        loss += share * result!.loss
        for head in 0..<headCount {
          gradient[head] += share * result!.biases[head]
          gradient[headCount + head] += share * result!.biases[head] * logCount
          gradient[2 * headCount + head] += share * result!.scales[head] * Double(constants.scales[head])
        }
      }
      observer(step, loss)
      optimizer.step(&parameters, gradient: gradient, rate: settings.rate(step: step))
    }
    return Self.constants(parameters)
  }

  private static func constants(_ parameters: [Double]) -> ReadingConstants {
    let headCount = parameters.count / 3
    return ReadingConstants(
      biases: parameters[..<headCount].map { Float($0) },
      crowding: parameters[headCount..<2 * headCount].map { Float($0) },
      scales: parameters[(2 * headCount)...].map { Float(exp($0)) })
  }

  private func run(_ exercise: ReadingExercise, constants: ReadingConstants, pass: GradientPass) -> MemoryGradient {
    let memories = exercise.references.enumerated().map { place, reference in
      DenseAttention.memory(
        references[reference].memory, tokenCount: place == 0 ? exercise.tokenCount : nil, producer: producer,
        longestReference: longestReference, rotation: rotation)
    }
    let tokens = Array(references[exercise.references[0]].tokens[exercise.context])
    let sequence = Sequence(
      tokens: tokens, firstPosition: producer.contextPosition(longestReference: longestReference),
      memory: MemoryContext(bos: bos, memories: memories, constants: constants))
    return pass.run(sequence, targets: exercise.firstTarget..<tokens.count)
  }
}

/// Passes that no thread uses, to be used again.
private final class PassPool: Sendable {
  private struct Idle: @unchecked Sendable { let pass: GradientPass }
  private let weights: GradientWeights
  private let idle = Mutex<[Idle]>([])

  init(_ weights: GradientWeights) { self.weights = weights }

  func use<Result>(_ body: (GradientPass) -> Result) -> Result {
    let taken = idle.withLock { $0.popLast() } ?? Idle(pass: GradientPass(weights: weights))
    defer { idle.withLock { $0.append(taken) } }
    return body(taken.pass)
  }
}
