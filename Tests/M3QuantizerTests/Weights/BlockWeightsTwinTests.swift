import Glibc
import M3Memory
import M3Quantizer
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

/// Weights by their definition: differences of the slow twin's losses, element by element of every key and value.
@Suite struct BlockWeightsTwinTests {
  @Test func weightsAndMetricsAreMeanSquaresOfSlopes() throws {
    let sample = try WeightsSample(tokenCounts: [4, 3])
    let prompt: [Int32] = [9, 8, 7]
    let settings = BlockWeightSettings(repeatPrompt: prompt, continuationFactor: 0.5, keyFactor: 2, noise: 0)
    let metrics = try sample.gatherMetrics(settings)
    let weights = try sample.gather(settings)
    let dimension = sample.producer.shape.headDimension

    for block in weights.elements.indices {
      var expected = [Double](repeating: 0, count: dimension * dimension)
      for reference in sample.references {
        let half = reference.tokens.count / 2
        for (factor, tokenCount, context, firstTarget) in [
          (1.0, reference.tokens.count, prompt + reference.tokens, prompt.count),
          (0.5, half, Array(reference.tokens[half...]), 1),
        ] {
          let reading = PlainReading(
            sample: sample, memory: reference.memory, tokenCount: tokenCount, context: context, firstTarget: firstTarget
          )
          for token in 0..<tokenCount {
            let slopes = (0..<dimension).map { reading.slope(block: block, element: token * dimension + $0) }
            for index in expected.indices {
              expected[index] += factor * slopes[index / dimension] * slopes[index % dimension]
            }
          }
        }
      }
      let scale = (block.isMultiple(of: 2) ? 2.0 : 1) / 7
      let trace = (0..<dimension).reduce(0) { $0 + expected[$1 * (dimension + 1)] } * scale
      #expect((weights.elements[block] - trace / Double(dimension)).magnitude < 1e-3 * weights.elements[block])
      for index in expected.indices {
        let found = metrics.elements[block * expected.count + index]
        #expect((found - expected[index] * scale).magnitude < 1e-3 * trace, "block \(block), element \(index)")
      }
    }
  }
}

/// The twin reads the memory of a reference's first tokens, then a context.
private struct PlainReading {
  let sample: WeightsSample
  let memory: SparseMemory
  let tokenCount: Int
  let context: [Int32]
  let firstTarget: Int

  /// The loss's slope by one element of a block.
  func slope(block: Int, element: Int) -> Double {
    (loss(block: block, element: element, by: 1e-4) - loss(block: block, element: element, by: -1e-4)) / 2e-4
  }

  /// The loss with one element of a block changed: key or value, before rotation.
  func loss(block: Int, element changed: Int, by amount: Double) -> Double {
    let shape = sample.producer.shape
    let dimension = shape.headDimension
    let bos = AttentionMemory(sample.bos)
    let logits = sample.twin.run(
      tokens: context, positions: context.indices.map { 128 + $0 },
      memory: { layer, head in
        let entry = layer * shape.keyValueHeadCount + head
        let bosRows = bos.rows(layer: layer, head: head).map { row in
          let elements = row * dimension..<(row + 1) * dimension
          return PlainLlama.Row(
            key: bos.keys.elements[elements].map { Double($0) },
            value: bos.values.elements[elements].map { Double($0) })
        }
        return bosRows
          + (0..<tokenCount).map { token in
            let first = (entry * memory.tokenCount + token) * dimension
            func vector(_ all: [Float], _ part: Int) -> [Double] {
              (0..<dimension).map { element in
                let isChanged = block == 2 * entry + part && changed == token * dimension + element
                return Double(all[first + element]) + (isChanged ? amount : 0)
              }
            }
            return PlainLlama.Row(
              key: rotated(vector(memory.keys, 0), position: 128 - tokenCount + token),
              value: vector(memory.values, 1))
          }
      }
    ).logits
    return (firstTarget..<context.count).reduce(0) { sum, target in
      let row = logits[target - 1]
      let largest = row.max()!
      return sum + log(row.reduce(0) { $0 + exp($1 - largest) }) + largest - row[Int(context[target])]
    }
  }

  private func rotated(_ key: [Double], position: Int) -> [Double] {
    let half = key.count / 2
    var rotated = key
    for pair in 0..<half {
      let angle = Double(position) * pow(sample.model.configuration.rotaryBase, -Double(pair) / Double(half))
      rotated[pair] = key[pair] * cos(angle) - key[pair + half] * sin(angle)
      rotated[pair + half] = key[pair + half] * cos(angle) + key[pair] * sin(angle)
    }
    return rotated
  }
}
