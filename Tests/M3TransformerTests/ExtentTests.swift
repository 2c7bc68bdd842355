import M3TestSupport
import M3Transformer
import Testing

/// Where a pass stops, and what its observer has seen by then.
@Suite struct ExtentTests {
  @Test(arguments: TestModel.all)
  func keysAndValuesStopBehindTheProjection(_ test: TestModel) {
    let layerCount = test.configuration.layerCount
    let (sequences, whole) = wholeRun(test)
    for last in 0..<layerCount {
      let recorder = Recorder(probabilityLayers: Set(0..<layerCount))
      ForwardPass(model: test.model).run(sequences, extent: .keysAndValues(layer: last), observer: recorder)
      #expect(recorder.layers.keys.sorted() == Array(0...last))
      for (layer, found) in recorder.layers {
        expectSameVectors(found, whole.layers[layer])
        #expect(found.probabilities.count == (layer < last ? sequences.count * test.configuration.queryHeadCount : 0))
      }
    }
  }

  @Test(arguments: TestModel.all)
  func probabilitiesStopBehindTheSoftmax(_ test: TestModel) {
    let layerCount = test.configuration.layerCount
    let (sequences, whole) = wholeRun(test)
    for last in 0..<layerCount {
      let recorder = Recorder(probabilityLayers: [last])
      ForwardPass(model: test.model).run(sequences, extent: .probabilities(layer: last), observer: recorder)
      #expect(recorder.layers.keys.sorted() == Array(0...last))
      for (layer, found) in recorder.layers {
        expectSameVectors(found, whole.layers[layer])
        let places = layer == last ? sequences.count * test.configuration.queryHeadCount : 0
        #expect(found.probabilities.count == places)
        for (place, probabilities) in found.probabilities {
          #expect(identical(probabilities.values, whole.layers[layer]?.probabilities[place]?.values ?? []))
        }
      }
    }
  }

  @Test(arguments: TestModel.all)
  func probabilitiesAreExactWhereNothingIsSeen(_ test: TestModel) {
    let (sequences, whole) = wholeRun(test)
    for (_, layer) in whole.layers {
      for (place, found) in layer.probabilities {
        let sequence = sequences[place.sequence]
        let count = sequence.tokens.count
        #expect(found.columns == found.precedingCount + count)
        for query in 0..<count {
          let row = Array(found.values[query * found.columns..<(query + 1) * found.columns])
          #expect(identical(Array(row[found.precedingCount...]), Array(found.own[query * count..<(query + 1) * count])))
          #expect(row[(found.precedingCount + query + 1)...].allSatisfy { $0 == 0 })
          if query < sequence.isolatedCount { #expect(row[..<found.precedingCount].allSatisfy { $0 == 0 }) }
          #expect((row.reduce(0) { $0 + Double($1) } - 1).magnitude < 1e-5)
        }
      }
    }
  }

  @Test func anObserverThatWantsNoProbabilitiesGetsNone() {
    let test = TestModel.tiny[0]
    let recorder = Recorder()
    ForwardPass(model: test.model).run([Sequence(tokens: [1, 2, 3])], observer: recorder)
    #expect(recorder.layers.values.allSatisfy { $0.probabilities.isEmpty })
  }

  private func wholeRun(_ test: TestModel) -> (sequences: [Sequence], recorder: Recorder) {
    var random = Randomness(seed: 31)
    let memory = MemoryContext.ragged(&random, test.configuration)
    let sequences = [
      Sequence(tokens: random.tokens(9, vocabulary: test.configuration.vocabularySize)),
      Sequence(
        tokens: random.tokens(67, vocabulary: test.configuration.vocabularySize), firstPosition: 128, memory: memory,
        isolatedCount: 2),
    ]
    let recorder = Recorder(probabilityLayers: Set(0..<test.configuration.layerCount))
    ForwardPass(model: test.model).run(sequences, observer: recorder)
    return (sequences, recorder)
  }

  private func expectSameVectors(_ found: Recorder.Layer, _ expected: Recorder.Layer?) {
    #expect(identical(found.queries, expected?.queries ?? []))
    #expect(identical(found.keysBeforeRotation, expected?.keysBeforeRotation ?? []))
    #expect(identical(found.keys, expected?.keys ?? []))
    #expect(identical(found.values, expected?.values ?? []))
  }
}
