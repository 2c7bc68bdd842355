import M3TestSupport
import M3Transformer
import Testing

@Suite struct BertPassTests {
  static let lengths = [1, 40, 7, 0, 12, 12, 33, 2, 19, 6]

  /// Every number of threads divides the rows elsewhere, also within a sequence, and some get none.
  @Test(arguments: [1, 2, 3, 7, 200]) func aSequenceHasTheSameBitsInEveryBatch(threads: Int) throws {
    let model = try TinyBert.model()
    var random = Randomness(seed: 5)
    let sequences = Self.lengths.map { random.tokens($0, vocabulary: 96) }
    let alone = BertPass(model: model)
    let expected = sequences.map { alone.states([$0], width: 32)[0] }
    let pass = BertPass(model: model, threads: threads)
    #expect(identical(pass.states(sequences, width: 32), expected))
    // A smaller batch in the same scratch memory, and the other order.
    #expect(identical(pass.states([sequences[8]], width: 32), [expected[8]]))
    #expect(identical(pass.states(sequences.reversed(), width: 32), expected.reversed()))
    #expect(pass.states([], width: 32).isEmpty)
  }

  @Test func positionsAndOtherTokensMatter() throws {
    let pass = BertPass(model: try TinyBert.model())
    let states = pass.states([[5, 6, 7], [6, 5, 7], [5, 6, 8]], width: 32)
    #expect(!identical(Array(states[0].suffix(32)), Array(states[1].suffix(32))))
    // Attention is not causal: the last token changes the first one's state.
    #expect(!identical(Array(states[0].prefix(32)), Array(states[2].prefix(32))))
  }
}
