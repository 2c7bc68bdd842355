/// Which n of N things are taken: each set of n is as likely as any other, and the same for the same
/// numbers. Selection sampling (Knuth, The Art of Computer Programming, section 3.4.2, algorithm S).
package struct SelectionSample {
  private var remaining: Int
  private var wanted: Int
  private var random: SplitMix64

  /// - Parameters:
  ///   - limit: of what is taken.
  ///   - count: of what will be asked about.
  package init(limit: Int, of count: Int, seed: UInt64 = 0) {
    remaining = count
    wanted = min(limit, count)
    random = SplitMix64(state: seed)
  }

  /// Whether the next one belongs to the sample; called once for each.
  package mutating func takesNext() -> Bool {
    precondition(remaining > 0, "more than were announced")
    let isTaken = wanted == remaining || random.next() % UInt64(remaining) < UInt64(wanted)
    remaining -= 1
    if isTaken { wanted -= 1 }
    return isTaken
  }
}
