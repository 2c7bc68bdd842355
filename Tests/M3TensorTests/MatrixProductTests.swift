import M3Tensor
import Testing

@Suite struct MatrixProductTests {
  /// The product by the scalar set, whose code is the definition.
  private struct Problem {
    let rows: Int, columns: Int, depth: Int
    let a: [Float], weight: [Float], initial: [Float]
    let aStride: Int, weightStride: Int, cStride: Int

    init(_ rows: Int, _ columns: Int, _ depth: Int, padding: Int = 0, seed: UInt64 = 1) {
      var random = Randomness(state: seed)
      (self.rows, self.columns, self.depth) = (rows, columns, depth)
      (aStride, weightStride, cStride) = (depth + padding, depth + 2 * padding, columns + 3 * padding)
      a = random.floats(rows * aStride)
      weight = random.floats(columns * weightStride)
      initial = random.floats(rows * cStride)
    }

    func packed(_ kernels: Kernels) throws -> Guarded<UInt32> {
      let packed = Guarded<UInt32>(count: try kernels.packedCount(columns: columns, depth: depth))
      packed.withFloats {
        kernels.packTransposed(columns: columns, depth: depth, weight, stride: weightStride, into: $0)
      }
      #expect(packed.isIntact)
      return packed
    }

    /// C with its gaps between rows.
    func product(_ kernels: Kernels, accumulating: Bool = false) throws -> [Float] {
      let packed = try packed(kernels)
      let c = Guarded(initial)
      c.withFloats { c in
        packed.withFloats {
          kernels.multiply(
            rows: rows, columns: columns, depth: depth, a, stride: aStride, packed: $0, into: c, stride: cStride,
            accumulating: accumulating)
        }
      }
      #expect(c.isIntact)
      return c.floats
    }
  }

  @Test(arguments: kernelNames) func smallShapesEqualTheScalarSetBitForBit(name: String) throws {
    let kernels = try Kernels.named(name), scalar = try Kernels.named("scalar")
    var wrong: [String] = []
    for rows in 0...26 {
      for columns in Array(0...18) + [31, 32, 33, 47, 48, 63, 64, 65, 130] {
        for depth in [0, 1, 2, 5, 64] {
          let problem = Problem(rows, columns, depth, padding: (rows + columns) % 3)
          for accumulating in [false, true]
          where try !identical(
            problem.product(kernels, accumulating: accumulating), problem.product(scalar, accumulating: accumulating))
          {
            wrong.append("\(rows) × \(columns) × \(depth), accumulating \(accumulating)")
          }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) shapes differ: \(wrong.prefix(5))")
  }

  /// Depths beyond one block, rows beyond one block.
  @Test(arguments: kernelNames, [(7, 33, 1601), (13, 50, 3300), (25, 17, 4096), (101, 35, 1030), (197, 19, 40)])
  func blockedShapesEqualTheScalarSetBitForBit(name: String, shape: (Int, Int, Int)) throws {
    let problem = Problem(shape.0, shape.1, shape.2, padding: 1)
    let expected = try problem.product(Kernels.named("scalar"))
    let found = try problem.product(Kernels.named(name))
    #expect(identical(found, expected))
  }

  /// The sum's error is at most depth · 2⁻²⁴ of the sum of magnitudes (Higham, Accuracy and Stability, 3.1).
  @Test(arguments: kernelNames, [(3, 20, 64), (9, 40, 1700)])
  func productIsTheSumOfProducts(name: String, shape: (Int, Int, Int)) throws {
    let problem = Problem(shape.0, shape.1, shape.2, padding: 2)
    let c = try problem.product(Kernels.named(name))
    for row in 0..<problem.rows {
      for column in 0..<problem.columns {
        var sum = 0.0, magnitude = 0.0
        for k in 0..<problem.depth {
          let product =
            Double(problem.a[row * problem.aStride + k]) * Double(problem.weight[column * problem.weightStride + k])
          (sum, magnitude) = (sum + product, magnitude + product.magnitude)
        }
        let bound = Double(problem.depth) * 0x1p-24 * magnitude
        #expect(close(c[row * problem.cStride + column], sum, relative: 0, absolute: bound))
      }
    }
  }

  @Test(arguments: kernelNames) func gapsBetweenRowsStayAsTheyWere(name: String) throws {
    let problem = Problem(14, 21, 9, padding: 3)
    let c = try problem.product(Kernels.named(name))
    for row in 0..<problem.rows {
      let gap = row * problem.cStride + problem.columns..<(row + 1) * problem.cStride
      #expect(identical(Array(c[gap]), Array(problem.initial[gap])))
    }
  }

  /// Batching must not change a result: each row alone, in every batch size and place.
  @Test(arguments: kernelNames, [(40, 64), (70, 2100)])
  func rowDoesNotDependOnItsBatch(name: String, shape: (columns: Int, depth: Int)) throws {
    let kernels = try Kernels.named(name)
    let rowCount = 29, (columns, depth) = shape
    let problem = Problem(rowCount, columns, depth)
    let whole = try problem.product(kernels)
    let packed = try problem.packed(kernels)
    for first in [0, 1, 11] {
      for rows in 1...rowCount - first {
        let c = Guarded<UInt32>(count: rows * columns)
        c.withFloats { c in
          packed.withFloats { packed in
            problem.a.withUnsafeBufferPointer {
              kernels.multiply(
                rows: rows, columns: columns, depth: depth, $0.baseAddress! + first * depth, stride: depth,
                packed: packed, into: c, stride: columns)
            }
          }
        }
        #expect(identical(c.floats, Array(whole[first * columns..<(first + rows) * columns])))
      }
    }
  }

  @Test(arguments: kernelNames) func notANumberStaysInItsRowAndColumn(name: String) throws {
    let kernels = try Kernels.named(name)
    let (rows, columns, depth) = (15, 37, 10)
    var random = Randomness(state: 3)
    var a = random.floats(rows * depth), weight = random.floats(columns * depth)
    a[5 * depth + 3] = .nan
    weight[36 * depth + 9] = .nan
    let matrix = try PackedMatrix(transposed: weight, columns: columns, depth: depth, kernels: kernels)
    var c = [Float](repeating: 0, count: rows * columns)
    kernels.multiply(rows: rows, a, by: matrix, into: &c)
    for row in 0..<rows {
      for column in 0..<columns { #expect(c[row * columns + column].isNaN == (row == 5 || column == 36)) }
    }
  }

  @Test func severalThreadsShareKernelsAndMatrix() async throws {
    let problem = Problem(33, 65, 200)
    let matrix = try PackedMatrix(transposed: problem.weight, columns: problem.columns, depth: problem.depth)
    let expected = try problem.product(.best)
    let a = problem.a
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<16 {
        group.addTask {
          var c = [Float](repeating: 0, count: 33 * 65)
          for _ in 0..<20 { Kernels.best.multiply(rows: 33, a, by: matrix, into: &c) }
          return c
        }
      }
      for await c in group { #expect(identical(c, expected)) }
    }
  }
}
