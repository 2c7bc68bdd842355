package import M3Memory
import M3Parallel
package import M3Tensor

/// Mean and covariance of each block's (entry, K/V) vectors.
///
/// Products are float32 of vectors from which the first reference's mean has been taken, one reference at a time; sums of
/// references are double.
package final class BlockMoments {
  package let shape: MemoryShape
  /// Vectors that were added, of each block.
  package private(set) var count = 0
  private let kernels: Kernels
  /// (blocks, D): what is subtracted before products are taken. Set by the first reference.
  private let pivots: FloatBuffer
  /// (blocks, D).
  private let sums: UnsafeMutableBufferPointer<Double>
  /// (blocks, D, D).
  private let products: UnsafeMutableBufferPointer<Double>

  package init(shape: MemoryShape, kernels: Kernels = .best) {
    let (blocks, dimension) = (2 * shape.entryCount, shape.headDimension)
    self.shape = shape
    self.kernels = kernels
    pivots = FloatBuffer(count: blocks * dimension)
    sums = .allocate(capacity: blocks * dimension)
    sums.initialize(repeating: 0)
    products = .allocate(capacity: blocks * dimension * dimension)
    products.initialize(repeating: 0)
  }

  deinit {
    sums.deallocate()
    products.deallocate()
  }

  /// Adds a memory that keeps all tokens.
  package func add(_ memory: SparseMemory, workers: Int) {
    let tokens = memory.tokenCount
    guard tokens > 0 else { return }
    let isFirst = count == 0
    memory.keys.withUnsafeBufferPointer { keys in
      memory.values.withUnsafeBufferPointer { values in
        let (keys, values) = (keys.baseAddress!, values.baseAddress!)
        ParallelLoop.run(2 * shape.entryCount, workers: workers) { block in
          let vectors = (block % 2 == 0 ? keys : values) + block / 2 * tokens * shape.headDimension
          add(vectors, tokens, to: block, isFirst: isFirst)
        }
      }
    }
    count += tokens
  }

  private func add(_ vectors: UnsafePointer<Float>, _ tokens: Int, to block: Int, isFirst: Bool) {
    let dimension = shape.headDimension
    let pivot = pivots.pointer + block * dimension
    if isFirst {
      for token in 0..<tokens {
        for element in 0..<dimension { pivot[element] += vectors[token * dimension + element] / Float(tokens) }
      }
    }
    let centred = FloatBuffer(uninitializedCount: tokens * dimension)
    let transposed = FloatBuffer(uninitializedCount: tokens * dimension)
    let sum = sums.baseAddress! + block * dimension
    for token in 0..<tokens {
      for element in 0..<dimension {
        let value = vectors[token * dimension + element] - pivot[element]
        centred.pointer[token * dimension + element] = value
        transposed.pointer[element * tokens + token] = value
        sum[element] += Double(value)
      }
    }
    let packed = FloatBuffer(uninitializedCount: kernels.padded(dimension) * tokens)
    kernels.pack(columns: dimension, depth: tokens, centred.pointer, stride: dimension, into: packed.pointer)
    let square = FloatBuffer(uninitializedCount: dimension * dimension)
    kernels.multiply(
      rows: dimension, columns: dimension, depth: tokens, transposed.pointer, stride: tokens, packed: packed.pointer,
      into: square.pointer, stride: dimension)
    let product = products.baseAddress! + block * dimension * dimension
    for index in 0..<dimension * dimension { product[index] += Double(square.pointer[index]) }
  }

  /// True while all sums are finite.
  package var isFinite: Bool { sums.allSatisfy(\.isFinite) && products.allSatisfy(\.isFinite) }

  /// (D) of a block.
  package func mean(_ block: Int) -> [Double] {
    let dimension = shape.headDimension
    return (0..<dimension).map {
      Double(pivots.pointer[block * dimension + $0]) + sums[block * dimension + $0] / Double(max(1, count))
    }
  }

  /// (D, D) of a block.
  package func covariance(_ block: Int) -> Matrix {
    let dimension = shape.headDimension
    let scale = 1 / Double(max(1, count))
    var result = Matrix(rows: dimension, columns: dimension)
    for row in 0..<dimension {
      for column in 0..<dimension {
        result[row, column] =
          products[(block * dimension + row) * dimension + column] * scale
          - sums[block * dimension + row] * scale * sums[block * dimension + column] * scale
      }
    }
    return result.symmetrized
  }
}
