import M3Inference
import M3TestSupport
import Testing

@Suite struct OverlapFilterTests {
  @Test func knownOverlaps() {
    #expect(OverlapFilter.overlap(question: [1, 2, 3], reference: [1, 2, 3]) == 1)
    #expect(OverlapFilter.overlap(question: [1, 9, 2, 9, 3], reference: [1, 2, 3]) == 1)
    #expect(OverlapFilter.overlap(question: [3, 2, 1], reference: [1, 2, 3]) == 1.0 / 3)
    #expect(OverlapFilter.overlap(question: [7, 8], reference: [1, 2, 3]) == 0)
    #expect(OverlapFilter.overlap(question: [], reference: [1]) == 0)
    #expect(OverlapFilter.overlap(question: [1], reference: []) == 0)
  }

  /// A window is twice the reference: what lies further apart is no quotation.
  @Test func onlyWithinAWindow() {
    let between = { (count: Int) in [1] + [Int32](repeating: 9, count: count) + [2] }
    #expect(OverlapFilter.overlap(question: between(2), reference: [1, 2]) == 1)
    #expect(OverlapFilter.overlap(question: between(3), reference: [1, 2]) == 0.5)
    #expect(OverlapFilter.overlap(question: [8, 8, 8] + between(2) + [8, 8], reference: [1, 2]) == 1)
  }

  @Test(arguments: [(2.0 / 3, false), (0.67, true)])
  func theLimitItselfIsTooMuch(threshold: Double, keeps: Bool) {
    #expect(OverlapFilter(threshold: threshold).keeps(reference: [1, 2, 3], question: [1, 5, 2]) == keeps)
  }

  /// Against the definition: all windows, all subsequences by recursion.
  @Test(arguments: 0..<20)
  func sameAsTheDefinition(seed: Int) {
    var random = Randomness(seed: UInt64(seed))
    let reference = random.tokens(1 + random.integer(below: 6), vocabulary: 4)
    let question = random.tokens(random.integer(below: 25), vocabulary: 4)
    func common(_ one: ArraySlice<Int32>, _ other: ArraySlice<Int32>) -> Int {
      guard let first = one.first, let second = other.first else { return 0 }
      if first == second { return 1 + common(one.dropFirst(), other.dropFirst()) }
      return max(common(one.dropFirst(), other), common(one, other.dropFirst()))
    }
    var longest = 0
    for start in question.indices {
      let window = question[start..<min(question.count, start + 2 * reference.count)]
      longest = max(longest, common(window, reference[...]))
    }
    #expect(
      OverlapFilter.overlap(question: question, reference: reference) == Double(longest) / Double(reference.count))
  }
}
