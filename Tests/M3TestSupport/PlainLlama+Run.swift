import Glibc

extension PlainLlama {
  /// A key, rotated and half-split, and a value: D elements each.
  package struct Row: Sendable {
    package var key: [Double]
    package var value: [Double]

    package init(key: [Double], value: [Double]) {
      self.key = key
      self.value = value
    }
  }

  /// What a sequence gives in a layer.
  package struct LayerResult: Sendable {
    /// (T, H, D).
    package var queriesBeforeRotation: [[[Double]]] = []
    /// (T, G, D).
    package var keysBeforeRotation: [[[Double]]] = []
    package var keys: [[[Double]]] = []
    package var values: [[[Double]]] = []
    /// (H, T, S): over the memory's rows, then the sequence's own tokens.
    package var probabilities: [[[Double]]] = []
  }

  package struct Result: Sendable {
    package var layers: [LayerResult] = []
    /// (T, V).
    package var logits: [[Double]] = []
  }

  /// Runs a sequence.
  ///
  /// - Parameters:
  ///   - memory: rows of a layer's key-value head that every token sees, except the first `isolatedCount`.
  ///   - weigh: changes a query's scaled logits over these rows.
  package func run(
    tokens: [Int32], positions: [Int], memory: (_ layer: Int, _ head: Int) -> [Row] = { _, _ in [] },
    isolatedCount: Int = 0,
    weigh: (_ logits: [Double], _ layer: Int, _ head: Int) -> [Double] = { logits, _, _ in logits }
  ) -> Result {
    var result = Result()
    var stream = tokens.map { embedding[Int($0)] }
    for (index, layer) in layers.enumerated() {
      let normalized = stream.map { normalize($0, layer.attentionNorm) }
      let queries = normalized.map { split(multiply(layer.query, $0)) }
      let keys = normalized.map { split(multiply(layer.key, $0)) }
      let values = normalized.map { split(multiply(layer.value, $0)) }
      var found = LayerResult()
      found.queriesBeforeRotation = queries.map { $0.map(halfSplit) }
      found.keysBeforeRotation = keys.map { $0.map(halfSplit) }
      found.keys = zip(keys, positions).map { keys, position in keys.map { halfSplit(rotate($0, position)) } }
      found.values = values
      let rotated = zip(queries, positions).map { queries, position in queries.map { halfSplit(rotate($0, position)) } }

      var mixed = tokens.map { _ in [Double]() }
      for head in 0..<heads {
        let shared = head / (heads / keyValueHeads)
        let remembered = memory(index, shared)
        let seenKeys = remembered.map(\.key) + found.keys.map { $0[shared] }
        let seenValues = remembered.map(\.value) + found.values.map { $0[shared] }
        var probabilities: [[Double]] = []
        for token in tokens.indices {
          var scores = seenKeys.indices.map { column -> Double in
            let isHidden = column < remembered.count ? token < isolatedCount : column - remembered.count > token
            return isHidden ? -.infinity : dot(rotated[token][head], seenKeys[column]) / Double(dimension).squareRoot()
          }
          if token >= isolatedCount {
            scores.replaceSubrange(
              ..<remembered.count, with: weigh(Array(scores[..<remembered.count]), index, shared))
          }
          probabilities.append(softmax(scores))
          var sum = [Double](repeating: 0, count: dimension)
          for (weight, value) in zip(probabilities[token], seenValues) {
            for element in 0..<dimension { sum[element] += weight * value[element] }
          }
          mixed[token] += sum
        }
        found.probabilities.append(probabilities)
      }
      result.layers.append(found)

      for token in tokens.indices {
        stream[token] = add(stream[token], multiply(layer.output, mixed[token]))
        let input = normalize(stream[token], layer.feedForwardNorm)
        let gated = zip(multiply(layer.gate, input), multiply(layer.up, input)).map { gate, up in
          gate / (1 + exp(-gate)) * up
        }
        stream[token] = add(stream[token], multiply(layer.down, gated))
      }
    }
    result.logits = stream.map { multiply(unembedding, normalize($0, outputNorm)) }
    return result
  }

  private func normalize(_ x: [Double], _ weight: [Double]) -> [Double] {
    let scale = 1 / (dot(x, x) / Double(x.count) + epsilon).squareRoot()
    return zip(x, weight).map { $0 * scale * $1 }
  }

  /// Rotates neighbours by the position's angles.
  private func rotate(_ x: [Double], _ position: Int) -> [Double] {
    var rotated = x
    for pair in 0..<dimension / 2 {
      var frequency = pow(base, -2 * Double(pair) / Double(dimension))
      if !frequencyFactors.isEmpty { frequency /= frequencyFactors[pair] }
      let (cosine, sine) = (cos(Double(position) * frequency), sin(Double(position) * frequency))
      rotated[2 * pair] = x[2 * pair] * cosine - x[2 * pair + 1] * sine
      rotated[2 * pair + 1] = x[2 * pair + 1] * cosine + x[2 * pair] * sine
    }
    return rotated
  }

  private func halfSplit(_ x: [Double]) -> [Double] {
    (0..<dimension / 2).map { x[2 * $0] } + (0..<dimension / 2).map { x[2 * $0 + 1] }
  }

  /// The heads of a projection.
  private func split(_ x: [Double]) -> [[Double]] {
    stride(from: 0, to: x.count, by: dimension).map { Array(x[$0..<$0 + dimension]) }
  }
}

private func dot(_ x: [Double], _ y: [Double]) -> Double {
  var sum = 0.0
  for index in x.indices { sum += x[index] * y[index] }
  return sum
}

private func multiply(_ matrix: [[Double]], _ x: [Double]) -> [Double] { matrix.map { dot($0, x) } }

private func add(_ x: [Double], _ y: [Double]) -> [Double] { zip(x, y).map { $0 + $1 } }

private func softmax(_ x: [Double]) -> [Double] {
  let largest = x.max()!
  let exponentials = x.map { exp($0 - largest) }
  let sum = exponentials.reduce(0, +)
  return exponentials.map { $0 / sum }
}
