import M3Bytes

/// Which of N vectors an index learns from: each set of n of them is as likely as any other, and the same for the same
/// numbers. Selection sampling (Knuth, The Art of Computer Programming, section 3.4.2, algorithm S).
package struct TrainingSample {
  private var remaining: Int
  private var wanted: Int
  private var random: SplitMix64

  /// - Parameters:
  ///   - limit: of the vectors taken.
  ///   - count: of the vectors that will be asked about.
  package init(limit: Int, of count: Int, seed: UInt64 = 0) {
    remaining = count
    wanted = min(limit, count)
    random = SplitMix64(state: seed)
  }

  /// Whether the next vector belongs to the sample; called once a vector.
  package mutating func takesNext() -> Bool {
    precondition(remaining > 0, "more vectors than were announced")
    let isTaken = wanted == remaining || random.next() % UInt64(remaining) < UInt64(wanted)
    remaining -= 1
    if isTaken { wanted -= 1 }
    return isTaken
  }
}
