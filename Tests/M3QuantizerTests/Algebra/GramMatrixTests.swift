import M3Quantizer
import M3Tensor
import M3TestSupport
import Testing

@Suite("Sums of outer products")
struct GramMatrixTests {
  struct Batch {
    let count: Int
    let stride: Int
    /// (order, stride).
    let elements: [Float]
  }

  static func batches(order: Int, counts: [Int]) -> [Batch] {
    var random = Randomness(seed: 17)
    return counts.map { Batch(count: $0, stride: $0 + 5, elements: random.floats(order * ($0 + 5))) }
  }

  static func gram(_ batches: [Batch], order: Int, workers: Int, kernels: Kernels = .best) -> GramMatrix {
    let gram = GramMatrix(order: order, kernels: kernels)
    for batch in batches {
      batch.elements.withUnsafeBufferPointer {
        gram.add(columns: $0.baseAddress!, count: batch.count, stride: batch.stride, workers: workers)
      }
    }
    return gram
  }

  @Test("the mean of products is the slow one's, of any part", arguments: [1, 20, 256, 300, 530])
  func mean(order: Int) {
    let batches = Self.batches(order: order, counts: [3, 40, 0, 17])
    let gram = Self.gram(batches, order: order, workers: 2)
    #expect(gram.count == 60)
    let (rows, columns) = (order / 3..<order, 0..<(order + 1) / 2)
    let found = gram.mean(rows: rows, columns: columns)
    for row in rows {
      for column in columns {
        var sum = 0.0
        for batch in batches {
          for place in 0..<batch.count {
            sum +=
              Double(batch.elements[row * batch.stride + place])
              * Double(batch.elements[column * batch.stride + place])
          }
        }
        #expect(abs(found[row - rows.lowerBound, column] - sum / 60) < 1e-6)
      }
    }
  }

  @Test("workers and kernels change no bit")
  func same() {
    let order = 600
    let batches = Self.batches(order: order, counts: [33, 64])
    let expected = Self.gram(batches, order: order, workers: 1).mean(rows: 0..<order, columns: 0..<order)
    #expect(expected == expected.transposed)
    for workers in 2...4 {
      #expect(
        Self.gram(batches, order: order, workers: workers).mean(rows: 0..<order, columns: 0..<order) == expected)
    }
    for kernels in Kernels.available where !kernels.isEmulation {
      let gram = Self.gram(batches, order: order, workers: 2, kernels: kernels)
      #expect(gram.mean(rows: 0..<order, columns: 0..<order) == expected)
    }
  }
}
