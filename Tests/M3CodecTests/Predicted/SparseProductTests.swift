import M3Tensor
import M3TestSupport
import Testing

@Suite struct SparseProductTests {
  /// Bit for bit the product of the dense matrix, zeros included, for every set of kernels.
  @Test(arguments: [(1, 1, 1), (3, 70, 5), (7, 64, 40), (2, 129, 9), (5, 500, 33), (0, 16, 4)])
  func equalsTheDenseProduct(rows: Int, columns: Int, depth: Int) throws {
    var random = Randomness(seed: 41)
    let b = random.floats(depth * columns)
    let original = random.floats(rows * columns)
    var dense = [Float](repeating: 0, count: max(1, rows * depth))
    var (starts, indices, values): ([UInt32], [UInt32], [Float]) = ([0], [], [])
    for row in 0..<rows {
      for index in 0..<depth where random.integer(below: 3) == 0 && row != 1 {
        let value = random.float(4)
        dense[row * depth + index] = value
        indices.append(UInt32(index))
        values.append(value)
      }
      starts.append(UInt32(indices.count))
    }
    for kernels in Kernels.available {
      let packed = FloatBuffer(uninitializedCount: kernels.padded(columns) * depth)
      kernels.pack(columns: columns, depth: depth, b, stride: columns, into: packed.pointer)
      let (expected, found) = (FloatBuffer(original), FloatBuffer(original))
      kernels.multiply(
        rows: rows, columns: columns, depth: depth, dense, stride: depth, packed: packed.pointer,
        into: expected.pointer, stride: columns, accumulating: true)
      kernels.multiplySparse(
        rows: rows, columns: columns, depth: depth, starts: starts, indices: indices, values: values,
        packed: packed.pointer, into: found.pointer, stride: columns)
      #expect(found.elements.elementsEqual(expected.elements), "\(kernels.name)")
    }
  }
}
