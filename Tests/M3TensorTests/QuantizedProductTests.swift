import M3Tensor
import Testing

@Suite struct QuantizedProductTests {
  typealias BlockType = QuantizedMatrix.BlockType

  @Test(arguments: kernelNames, BlockType.allCases)
  func equalsTheScalarSetBitForBit(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name), scalar = try Kernels.named("scalar")
    var wrong: [String] = []
    for rows in Array(0...34) + [64, 129] {
      for depth in [0, 32, 64, 96, 576] {
        let problem = QuantizedProblem(type, rows: rows, depth: depth, seed: UInt64(rows + depth))
        for accumulating in [false, true]
        where try !identical(
          problem.product(kernels, accumulating: accumulating), problem.product(scalar, accumulating: accumulating))
        {
          wrong.append("\(rows) × \(depth), accumulating \(accumulating)")
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) shapes differ: \(wrong.prefix(5))")
  }

  /// Against weights and activations as the formats define them, summed in double: at most blocks + 3 roundings a term.
  @Test(arguments: kernelNames, BlockType.allCases)
  func productIsTheSumOfProducts(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let problem = QuantizedProblem(type, rows: 21, depth: 1536, seed: 5)
    let found = try problem.product(kernels)
    let x = problem.quantized(kernels)
    for row in 0..<problem.rows {
      var sum = 0.0, magnitude = 0.0
      for (weight, factor) in zip(problem.weights(row: row), x) {
        sum += weight.value * Double(factor)
        magnitude += weight.magnitude * Double(factor).magnitude
      }
      let bound = Double(problem.depth / 32 + 3) * 0x1p-24 * magnitude
      #expect(close(found[row], sum, relative: 0, absolute: bound))
    }
  }

  /// The largest codes of weights and activations, in all signs: where 16-bit sums would overflow first.
  @Test(arguments: kernelNames, BlockType.allCases) func noSumOverflows(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    for code in [0x00, 0x0f, 0xf0, 0xff, 0x7f, 0x80, 0x81] as [UInt8] {
      for signs in [0, 0xffff_ffff, 0x5555_5555, 0x3333_3333, 0x0000_ffff] as [UInt32] {
        var problem = QuantizedProblem(type, rows: 9, depth: 64, code: code)
        problem.x = (0..<64).map { signs >> UInt32($0 % 32) & 1 == 1 ? 127 : -127 }
        let expected = (0..<9).map { row in
          zip(problem.weights(row: row), problem.x).reduce(0) { $0 + $1.0.value * Double($1.1) }
        }
        // Scales of one, and sums below 2²⁴: nothing is rounded.
        #expect(try problem.product(kernels).map(Double.init) == expected)
      }
    }
  }

  /// Threads share the rows of a product: any split at panels gives the same bits, and writes its own rows only.
  @Test(arguments: kernelNames, BlockType.allCases)
  func rowsDoNotDependOnTheirRange(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let problem = QuantizedProblem(type, rows: 83, depth: 192, seed: 9)
    let whole = try problem.product(kernels)
    let matrix = try problem.matrix(kernels), x = problem.vector(kernels)
    let step = kernels.quantizedPanelRows
    for lower in stride(from: 0, through: 83, by: step) {
      for upper in Set(stride(from: lower, through: 83, by: step)).union([83]) {
        let y = Guarded<UInt32>(count: 83)
        y.withFloats { kernels.multiply(matrix, rows: lower..<upper, by: x, into: $0) }
        #expect(y.isIntact)
        #expect(identical(Array(y.floats[lower..<upper]), Array(whole[lower..<upper])))
        #expect((0..<83).allSatisfy { (lower..<upper).contains($0) || y.isUntouched($0) })
      }
    }
  }

  @Test(arguments: kernelNames) func notANumberReachesWhatDependsOnIt(name: String) throws {
    let kernels = try Kernels.named(name)
    var problem = QuantizedProblem(.q4_1, rows: 20, depth: 96, seed: 3)
    problem.blocks[(7 * 3 + 1) * 20 + 1] = 0x7e  // d of row 7's second block
    let found = try problem.product(kernels)
    #expect(found.indices.allSatisfy { found[$0].isNaN == ($0 == 7) })
    for value in [Float.nan, .infinity, -.infinity] {
      var problem = QuantizedProblem(.q8_0, rows: 20, depth: 96, seed: 3)
      problem.x[40] = value
      #expect(try problem.product(kernels).allSatisfy { $0.isNaN })
    }
  }

  @Test(arguments: BlockType.allCases) func memoryIsTheFilesSize(type: BlockType) throws {
    let problem = QuantizedProblem(type, rows: 64, depth: 576, seed: 1)
    #expect(try problem.matrix(.best).byteCount == problem.blocks.count)
  }

  /// Matrices that share an arena, of which the last ones find no room in it.
  @Test(arguments: BlockType.allCases) func arenasHoldMatricesApart(type: BlockType) throws {
    let problems = (1...5).map { QuantizedProblem(type, rows: 20 + $0, depth: 96, seed: UInt64($0)) }
    let size = try QuantizedMatrix.Arena.size(ofBytes: problems[0].matrix(.best).byteCount)
    let arena = QuantizedMatrix.Arena(byteCount: 3 * size)
    let matrices = try problems.map { problem in
      try QuantizedMatrix(type: type, rows: problem.rows, depth: 96, arena: arena) { row, destination in
        let bytes = problem.blocks.count / problem.rows
        destination.copyMemory(from: Array(problem.blocks[row * bytes..<(row + 1) * bytes]), byteCount: bytes)
      }
    }
    for (problem, matrix) in zip(problems, matrices) {
      var y = [Float](repeating: 0, count: problem.rows)
      Kernels.best.multiply(matrix, by: problem.vector(.best), into: &y)
      #expect(try identical(y, problem.product(.best)))
    }
  }

  @Test func oversizedShapesAreRefused() {
    #expect(throws: TensorError.self) {
      try QuantizedMatrix(type: .q8_0, rows: Int.max / 64, depth: 1 << 20) { _, _ in }
    }
  }
}

/// A weight in GGUF's blocks, and activations.
struct QuantizedProblem {
  let type: QuantizedMatrix.BlockType
  let rows: Int, depth: Int
  var blocks: [UInt8]
  var x: [Float]

  /// Random codes; d of either sign in about 2⁻⁶ to 2⁻¹, m as large.
  init(_ type: QuantizedMatrix.BlockType, rows: Int, depth: Int, seed: UInt64) {
    var random = Randomness(state: seed)
    (self.type, self.rows, self.depth) = (type, rows, depth)
    x = random.floats(depth, 3)
    blocks = []
    for _ in 0..<rows * depth / 32 {
      for _ in 0..<(type == .q4_1 ? 2 : 1) {
        blocks += Self.bytes(0x2400 + UInt16(random.next() % 0x1400) | sign(&random))
      }
      blocks += (0..<(type == .q8_0 ? 32 : 16)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
    func sign(_ random: inout Randomness) -> UInt16 { random.next() % 2 == 0 ? 0 : 0x8000 }
  }

  /// All bytes of codes equal, all scales one, minimums zero.
  init(_ type: QuantizedMatrix.BlockType, rows: Int, depth: Int, code: UInt8) {
    (self.type, self.rows, self.depth) = (type, rows, depth)
    x = Array(repeating: 0, count: depth)
    let scales = Self.bytes(0x3c00) + (type == .q4_1 ? Self.bytes(0) : [])
    let block = scales + Array(repeating: code, count: type == .q8_0 ? 32 : 16)
    blocks = Array(repeating: block, count: rows * depth / 32).flatMap { $0 }
  }

  private static func bytes(_ half: UInt16) -> [UInt8] { [UInt8(half & 0xff), UInt8(half >> 8)] }

  func matrix(_ kernels: Kernels) throws -> QuantizedMatrix {
    try QuantizedMatrix(type: type, rows: rows, depth: depth, blocks: blocks, kernels: kernels)
  }

  func vector(_ kernels: Kernels) -> QuantizedVector {
    let vector = QuantizedVector(capacity: depth)
    kernels.quantize(count: depth, x, into: vector)
    return vector
  }

  /// The activations as they count.
  func quantized(_ kernels: Kernels) -> [Float] {
    let vector = vector(kernels)
    return (0..<depth).map { vector[$0] }
  }

  func product(_ kernels: Kernels, accumulating: Bool = false) throws -> [Float] {
    let y = Guarded((0..<rows).map { Float($0) / 3 })
    let matrix = try matrix(kernels)
    y.withFloats { kernels.multiply(matrix, by: vector(kernels), into: $0, accumulating: accumulating) }
    #expect(y.isIntact)
    return y.floats
  }

  /// A row's weights by the format's definition, and the sum of the magnitudes that make each.
  func weights(row: Int) -> [(value: Double, magnitude: Double)] {
    let scaleCount = type == .q4_1 ? 2 : 1, size = type.byteCount
    return (0..<depth).map { column in
      let block = blocks[(row * depth / 32 + column / 32) * size..<(row * depth / 32 + column / 32 + 1) * size]
      func half(_ index: Int) -> Double {
        let bits = UInt16(block[block.startIndex + 2 * index]) | UInt16(block[block.startIndex + 2 * index + 1]) << 8
        return Double(Float16(bitPattern: bits))
      }
      let codes = block.dropFirst(2 * scaleCount), i = column % 32
      let nibble = i < 16 ? codes[codes.startIndex + i % 16] & 15 : codes[codes.startIndex + i % 16] >> 4
      switch type {
      case .q4_0: return (half(0) * Double(Int(nibble) - 8), (half(0) * Double(Int(nibble) - 8)).magnitude)
      case .q4_1:
        return (half(0) * Double(nibble) + half(1), (half(0) * Double(nibble)).magnitude + half(1).magnitude)
      case .q8_0:
        let value = half(0) * Double(Int8(bitPattern: codes[codes.startIndex + i]))
        return (value, value.magnitude)
      }
    }
  }
}
