import M3Quantizer
import Testing

@Suite struct ReadingExerciseTests {
  static let settings = [
    ReadingTrainingSettings(),
    ReadingTrainingSettings(memoryCounts: [1], cueTokens: 1, recalledTokens: 1, continuedTokens: 2, seed: 5),
    ReadingTrainingSettings(
      memoryCounts: [9, 2], cueTokens: 30, recalledTokens: 100, continuedTokens: 200, seed: .max),
  ]

  /// Whatever is drawn lies within its references, and foresees at least one token.
  @Test(
    arguments: settings.indices,
    [[100], [0], [1], [2, 3], [0, 1, 2, 3, 6, 7, 8, 30, 31, 100], [64, 65, 66, 67, 68, 69, 70]])
  func bounds(index: Int, tokenCounts: [Int]) {
    let settings = Self.settings[index]
    for number in Array(0..<600) + [Int(Int32.max), 1 << 40] {
      guard let drawn = ReadingExercise.drawn(number: number, tokenCounts: tokenCounts, settings: settings) else {
        // Only for want of tokens.
        #expect(tokenCounts.contains { $0 <= max(settings.cueTokens, 2) })
        continue
      }
      #expect(drawn == ReadingExercise.drawn(number: number, tokenCounts: tokenCounts, settings: settings))
      #expect(Set(drawn.references).count == drawn.references.count)
      #expect(drawn.references.allSatisfy(tokenCounts.indices.contains))
      let memoryCount = settings.memoryCounts[number % settings.memoryCounts.count]
      #expect(drawn.references.count == min(memoryCount, tokenCounts.count))
      let tokenCount = tokenCounts[drawn.references[0]]
      #expect(drawn.context.lowerBound >= 0 && drawn.context.upperBound <= tokenCount)
      #expect(drawn.firstTarget >= 1 && drawn.firstTarget < drawn.context.count)
      if drawn.tokenCount == tokenCount {
        #expect(drawn.firstTarget == settings.cueTokens)
        #expect(drawn.context.count <= settings.cueTokens + settings.recalledTokens)
      } else {
        // What is continued is not read.
        #expect(drawn.tokenCount == tokenCount / 2 && drawn.context.lowerBound == tokenCount / 2)
        #expect(drawn.firstTarget == 1 && drawn.context.count <= settings.continuedTokens)
      }
    }
  }

  /// Both tasks, every count of memories and every reference come, and another seed draws others.
  @Test func allComeByTurns() {
    let tokenCounts = [40, 50, 60, 70, 80, 90, 100]
    func drawn(_ seed: UInt64) -> [ReadingExercise] {
      (0..<200).compactMap {
        ReadingExercise.drawn(number: $0, tokenCounts: tokenCounts, settings: ReadingTrainingSettings(seed: seed))
      }
    }
    let exercises = drawn(1)
    #expect(exercises.count == 200)
    #expect(exercises != drawn(2))
    let recalls = exercises.filter { $0.tokenCount == tokenCounts[$0.references[0]] }
    for part in [recalls, exercises.filter { $0.tokenCount != tokenCounts[$0.references[0]] }] {
      #expect(part.count >= 20)
      #expect(Set(part.map(\.references.count)) == Set(ReadingTrainingSettings().memoryCounts))
    }
    #expect(Set(exercises.map { $0.references[0] }).count == tokenCounts.count)
    #expect(Set(recalls.map(\.context.lowerBound)).count > 10)
  }
}
