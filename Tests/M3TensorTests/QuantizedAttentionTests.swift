import M3Tensor
import Testing

/// Scores and mixtures of one token's query heads.
@Suite struct QuantizedAttentionTests {
  private static let heads = [0, 1, 2, 3, 4, 5, 7, 9]
  private static let dimensions = [2, 6, 8, 10, 16, 31, 32, 64, 80, 128]

  @Test(arguments: kernelNames, dimensions) func scoresAreProducts(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(dimension))
    for heads in Self.heads {
      for count in [0, 1, 2, 3, 4, 5, 8, 31] {
        let queries = random.floats(heads * dimension), keys = random.floats(count * dimension)
        let stride = count + 3
        let scores = Guarded<UInt32>(count: heads * stride)
        scores.withFloats {
          kernels.score(
            heads: heads, count: count, dimension: dimension, queries: queries, keys: keys, into: $0, stride: stride)
        }
        #expect(scores.isIntact)
        for head in 0..<heads {
          for row in 0..<count {
            let truth = (0..<dimension).reduce(0.0) {
              $0 + Double(queries[head * dimension + $1]) * Double(keys[row * dimension + $1])
            }
            #expect(
              close(scores.floats[head * stride + row], truth, relative: 0, absolute: Double(dimension) * 0x1p-24))
          }
          #expect((count..<stride).allSatisfy { scores.isUntouched(head * stride + $0) })
        }
      }
    }
  }

  /// A key's score is the same wherever it stands and whatever stands beside it.
  @Test(arguments: kernelNames, [6, 64]) func aScoreDependsOnItsKeyAlone(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: 4)
    let queries = random.floats(3 * dimension), keys = random.floats(13 * dimension)
    func scores(_ heads: Range<Int>, _ rows: Range<Int>) -> [Float] {
      var found = [Float](repeating: 0, count: heads.count * rows.count)
      kernels.score(
        heads: heads.count, count: rows.count, dimension: dimension,
        queries: Array(queries[heads.lowerBound * dimension..<heads.upperBound * dimension]),
        keys: Array(keys[rows.lowerBound * dimension..<rows.upperBound * dimension]), into: &found, stride: rows.count)
      return found
    }
    let whole = scores(0..<3, 0..<13)
    for head in 0..<3 {
      for row in 0..<13 {
        #expect(identical(scores(head..<head + 1, row..<row + 1), [whole[head * 13 + row]]))
        #expect(identical(scores(head..<head + 1, row..<13), Array(whole[head * 13 + row..<(head + 1) * 13])))
      }
    }
  }

  /// One chain over ascending rows, as plain code has it: the same bits in every set, however rows are split.
  @Test(arguments: kernelNames, dimensions) func mixturesAreChains(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(dimension))
    for heads in Self.heads {
      for count in [0, 1, 5, 32, 33, 70] {
        let stride = count + 2
        let weights = random.floats(heads * stride), values = random.floats(count * dimension)
        let before = random.floats(heads * dimension)
        var expected = before
        for head in 0..<heads {
          for row in 0..<count {
            for i in 0..<dimension {
              expected[head * dimension + i].addProduct(weights[head * stride + row], values[row * dimension + i])
            }
          }
        }
        for cut in Set([0, count / 3, count]) {
          let out = Guarded(before)
          out.withFloats { out in
            weights.withUnsafeBufferPointer { weights in
              values.withUnsafeBufferPointer { values in
                for part in [0..<cut, cut..<count] where !part.isEmpty && heads > 0 {
                  kernels.mix(
                    heads: heads, count: part.count, dimension: dimension,
                    weights: weights.baseAddress! + part.lowerBound, stride: stride,
                    values: values.baseAddress! + part.lowerBound * dimension, into: out)
                }
              }
            }
          }
          #expect(out.isIntact)
          #expect(identical(out.floats, expected), "\(heads) heads, \(count) rows, cut at \(cut)")
        }
      }
    }
  }
}
