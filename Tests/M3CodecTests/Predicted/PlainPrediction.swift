import M3Codec
import M3Memory

/// The codebook's mathematics, an element at a time and in double precision.
struct PlainPrediction {
  let codebook: PredictedCodebook

  private var dimension: Int { codebook.shape.headDimension }
  private var directionCount: Int { codebook.directionCount }

  /// (Q) of a token as its features predict it.
  func prediction(_ features: TokenFeatures, token: Int) -> [Double] {
    let (width, rank) = (features.width, codebook.predictionRank)
    var prediction = [Double](repeating: 0, count: directionCount)
    for number in 0..<rank {
      var sum = Double(codebook.predictor[2 * width * rank + number])
      for element in 0..<width {
        let current = Double(features.rows[(token + 1) * width + element])
        let previous = Double(features.rows[token * width + element])
        sum += current * Double(codebook.predictor[element * rank + number])
        sum += previous * Double(codebook.predictor[(width + element) * rank + number])
      }
      for direction in 0..<directionCount {
        prediction[direction] += sum * Double(codebook.predictionBasis[number * directionCount + direction])
      }
    }
    return prediction
  }

  /// The block of each direction.
  var blocks: [Int] { codebook.directionCounts.enumerated().flatMap { Array(repeating: $0, count: $1) } }

  /// (T, R).
  func residuals(_ memory: SparseMemory, _ features: TokenFeatures) -> [Double] {
    var residuals: [Double] = []
    for token in 0..<memory.tokenCount {
      let predicted = prediction(features, token: token)
      let z = blocks.enumerated().map { direction, block in
        let vectors = block.isMultiple(of: 2) ? memory.keys : memory.values
        return (0..<dimension).reduce(-predicted[direction]) { sum, element in
          let x = vectors[(block / 2 * memory.tokenCount + token) * dimension + element]
          return sum + Double(codebook.analysis[direction * dimension + element])
            * (Double(x) - Double(codebook.means[block * dimension + element]))
        }
      }
      for component in 0..<codebook.componentCount {
        residuals.append(
          z.indices.reduce(0) { $0 + Double(codebook.basis[component * directionCount + $1]) * z[$1] })
      }
    }
    return residuals
  }

  /// What a code stands for.
  func residual(code: Int, component: Int, step: Float) -> Double {
    guard code != 0 else { return 0 }
    let scale = SymbolModel.scaleClass(deviation: codebook.deviations[component], step: step)!
    let correction = codebook.symbols.corrections[3 * scale + min(abs(code), 3) - 1]
    return Double(step) * (Double(abs(code)) + Double(correction)) * (code < 0 ? -1 : 1)
  }

  /// Keys and values, (entries, T, D) each, of codes: by token those of the components that are coded.
  func decoded(codes: [[Int]], features: TokenFeatures, step: Float) -> (keys: [Double], values: [Double]) {
    let count = features.tokenCount
    let elements = codebook.shape.entryCount * count * dimension
    var parts = [[Double]](repeating: Array(repeating: 0, count: elements), count: 2)
    for block in 0..<2 * codebook.shape.entryCount {
      for token in 0..<count {
        for element in 0..<dimension {
          parts[block % 2][(block / 2 * count + token) * dimension + element] = Double(
            codebook.means[block * dimension + element])
        }
      }
    }
    for token in 0..<count {
      let y = codes[token].indices.map { residual(code: codes[token][$0], component: $0, step: step) }
      let predicted = prediction(features, token: token)
      for (direction, block) in blocks.enumerated() {
        let z = y.indices.reduce(predicted[direction]) {
          $0 + Double(codebook.basis[$1 * directionCount + direction]) * y[$1]
        }
        for element in 0..<dimension {
          parts[block % 2][(block / 2 * count + token) * dimension + element] +=
            z * Double(codebook.synthesis[direction * dimension + element])
        }
      }
    }
    return (parts[0], parts[1])
  }
}
