import M3Bytes

/// One sequence that constants are learned from: which memories are read, and what is to be foreseen.
package struct ReadingExercise: Sendable, Equatable {
  /// References whose memories are read; the first is the one that the context is about.
  package var references: [Int]
  /// Tokens from the first reference's start whose memory is read.
  package var tokenCount: Int
  /// Tokens of that reference which are the context, and the first of them that counts.
  package var context: Range<Int>
  package var firstTarget: Int

  /// Draws an exercise: recalling a part of a reference from a few tokens before it, or continuing the first half of one.
  /// - Parameter tokenCounts: of each reference; some have tokens for either.
  /// - Returns: nil where the drawn reference is too short.
  package static func drawn(
    number: Int, tokenCounts: [Int], settings: ReadingTrainingSettings
  ) -> ReadingExercise? {
    var random = SplitMix64(state: settings.seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
    let own = Int(random.next(upperBound: UInt64(tokenCounts.count)))
    let count = tokenCounts[own]
    // Counts of memories change with each exercise, tasks with each round of them.
    let memoryCount = settings.memoryCounts[number % settings.memoryCounts.count]
    let recalls = (number / settings.memoryCounts.count).isMultiple(of: settings.recallPeriod)
    var references = [own]
    for _ in 1..<max(1, min(memoryCount, tokenCounts.count)) {
      var other = own
      while references.contains(other) { other = Int(random.next(upperBound: UInt64(tokenCounts.count))) }
      references.append(other)
    }
    if recalls {
      guard count > settings.cueTokens else { return nil }
      let start = Int(random.next(upperBound: UInt64(count - settings.cueTokens)))
      return ReadingExercise(
        references: references, tokenCount: count,
        context: start..<min(count, start + settings.cueTokens + settings.recalledTokens),
        firstTarget: settings.cueTokens)
    }
    let half = count / 2
    guard half > 0, count - half > 1 else { return nil }
    return ReadingExercise(
      references: references, tokenCount: half, context: half..<min(count, half + settings.continuedTokens),
      firstTarget: 1)
  }
}
