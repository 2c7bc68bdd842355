import M3TestSupport
import M3Transformer
import Testing

/// A sequence's bits do not depend on what else is in its batch, nor on what its pass computed before.
@Suite struct BatchTests {
  @Test(arguments: TestModel.all, 1...4)
  func sameBitsInAnyBatch(_ test: TestModel, seed: Int) {
    var random = Randomness(seed: UInt64(seed))
    let memory = MemoryContext.ragged(&random, test.configuration)
    let sequences = (0..<6).map { index in
      let tokens = random.tokens(random.integer(below: 90), vocabulary: test.configuration.vocabularySize)
      return Sequence(tokens: tokens, firstPosition: 7 * index, memory: index.isMultiple(of: 2) ? memory : nil)
    }
    let alone = sequences.map { outcome(ForwardPass(model: test.model), [$0])[0] }
    let pass = ForwardPass(model: test.model)
    for batch in [Array(0..<6), [5, 4, 3, 2, 1, 0], [2, 2, 2], [1], [4, 0]] {
      let found = outcome(pass, batch.map { sequences[$0] })
      for (place, index) in batch.enumerated() {
        #expect(identical(found[place].logits, alone[index].logits), "batch \(batch), sequence \(index)")
        #expect(identical(found[place].vectors, alone[index].vectors), "batch \(batch), sequence \(index)")
      }
    }
  }

  /// Logits, then keys and values of every layer, of each sequence.
  private func outcome(_ pass: ForwardPass, _ batch: [Sequence]) -> [(logits: [[Float]], vectors: [[Float]])] {
    let recorder = Recorder()
    pass.run(batch, observer: recorder)
    return batch.indices.map { number in
      let rows = recorder.offsets[number]..<recorder.offsets[number + 1]
      let vectors = recorder.layers.sorted { $0.key < $1.key }.flatMap { _, layer in
        [layer.keysBeforeRotation, layer.keys, layer.values, layer.queries].map { all in
          let width = all.count / max(1, recorder.offsets.last!)
          return Array(all[rows.lowerBound * width..<rows.upperBound * width])
        }
      }
      return (pass.logits(Array(rows)), vectors)
    }
  }
}
