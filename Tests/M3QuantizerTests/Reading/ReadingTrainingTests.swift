import M3Bytes
import M3Memory
import M3Quantizer
import Testing

@Suite struct ReadingTrainingTests {
  private static let settings = ReadingTrainingSettings(
    stepCount: 24, batchSize: 4, memoryCounts: [2, 1, 3], cueTokens: 3, recalledTokens: 8, continuedTokens: 8, seed: 2)

  private func training(
    _ sample: WeightsSample, _ settings: ReadingTrainingSettings, workers: Int = 1
  ) throws -> ReadingTraining {
    try ReadingTraining(
      references: sample.references, weights: sample.weights, producer: sample.producer, bos: sample.bos,
      settings: settings, workers: workers)
  }

  /// Each step reads other sequences: what they lose is compared with what they lose of constants that never change.
  @Test func lossesFall() throws {
    let sample = try WeightsSample(tokenCounts: [20, 30, 12, 25])
    func losses(_ rate: Double) throws -> (losses: [Double], constants: ReadingConstants) {
      var settings = Self.settings
      settings.rate = rate
      var losses: [Double] = []
      let constants = try training(sample, settings).train { step, loss in
        #expect(step == losses.count)
        losses.append(loss)
      }
      return (losses, constants)
    }
    let (learning, constants) = try losses(0.06)
    let (still, neutral) = try losses(0)
    #expect(learning.count == Self.settings.stepCount && still.count == learning.count)
    #expect(neutral == .neutral(headCount: 4))
    // The first step is before any change.
    #expect(learning[0] == still[0])
    let late = Self.settings.stepCount / 2..<Self.settings.stepCount
    let (learned, unlearned) = (learning[late].reduce(0, +), still[late].reduce(0, +))
    #expect(learned < unlearned - 0.01 * Double(late.count))
    for numbers in [constants.biases, constants.crowding, constants.scales] {
      #expect(numbers.count == 4 && numbers.allSatisfy(\.isFinite))
    }
    #expect(constants.biases.allSatisfy { $0 != 0 } && constants.scales.allSatisfy { $0 > 0 && $0 != 1 })
  }

  @Test func workersDoNotMatter() throws {
    let sample = try WeightsSample(tokenCounts: [20, 30, 12, 25])
    var settings = Self.settings
    settings.stepCount = 6
    let alone = try training(sample, settings).train()
    for workers in [2, 3] { #expect(try training(sample, settings, workers: workers).train() == alone) }
  }

  /// Heads of layers that keep no memories have nothing to learn.
  @Test func otherLayersStayNeutral() throws {
    let sample = try WeightsSample(tokenCounts: [20, 12], layers: [1])
    var settings = Self.settings
    settings.stepCount = 3
    let constants = try training(sample, settings).train()
    #expect(constants.biases[..<2] == [0, 0] && constants.scales[..<2] == [1, 1])
    #expect(constants.biases[2...].allSatisfy { $0 != 0 })
  }

  /// References too short for any exercise teach nothing.
  @Test func shortReferences() throws {
    let sample = try WeightsSample(tokenCounts: [1, 1])
    var settings = Self.settings
    settings.stepCount = 6
    #expect(try training(sample, settings).train() == .neutral(headCount: 4))
  }

  @Test func refusals() throws {
    let none = #expect(throws: FormatError.self) { try training(WeightsSample(tokenCounts: []), Self.settings) }
    #expect(none?.problem == .missing("references with tokens"))
    // 2 of BOS, the reference and 11 that are read: the model has 512 positions.
    _ = try training(WeightsSample(tokenCounts: [3, 499]), Self.settings)
    let long = #expect(throws: FormatError.self) { try training(WeightsSample(tokenCounts: [3, 500]), Self.settings) }
    #expect(long?.problem == .outOfRange(found: "513 positions", allowed: "512"))
  }
}
