import M3Tensor
import Testing

@Suite struct QuantizedMatrixProductTests {
  typealias BlockType = QuantizedMatrix.BlockType

  @Test(arguments: kernelNames, BlockType.allCases)
  func equalsTheScalarSetBitForBit(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name), scalar = try Kernels.named("scalar")
    var wrong: [String] = []
    for rows in Array(0...9) + [15, 16, 17, 24, 31, 32, 33, 40, 49, 64] {
      for depth in [0, 32, 96, 160] {
        let weights = QuantizedProblem(type, rows: rows, depth: depth, seed: UInt64(rows + depth))
        for tokens in Array(0...14) + [25] {
          let problem = TokensProblem(weights, tokens: tokens)
          for accumulating in [false, true]
          where try !identical(
            problem.product(kernels, accumulating: accumulating), problem.product(scalar, accumulating: accumulating))
          {
            wrong.append("\(tokens) × \(rows) × \(depth), accumulating \(accumulating)")
          }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) shapes differ: \(wrong.prefix(5))")
  }

  /// More tokens than are worked on at once, and depths of several parts, of which the last is shorter.
  @Test(
    arguments: kernelNames,
    BlockType.allCases.flatMap { type in
      [(131, 35, 64), (257, 16, 32), (13, 40, 1056), (9, 33, 3104), (5, 17, 8192)].map { (type, $0) }
    })
  func largeShapesEqualTheScalarSetBitForBit(name: String, shape: (BlockType, (Int, Int, Int))) throws {
    let (type, (tokens, rows, depth)) = shape
    let problem = TokensProblem(QuantizedProblem(type, rows: rows, depth: depth, seed: 4), tokens: tokens)
    for accumulating in [false, true] {
      let expected = try problem.product(Kernels.named("scalar"), accumulating: accumulating)
      #expect(try identical(problem.product(Kernels.named(name), accumulating: accumulating), expected))
    }
  }

  @Test(arguments: kernelNames, BlockType.allCases)
  func equalsTheProductWithEachToken(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let problem = TokensProblem(QuantizedProblem(type, rows: 51, depth: 1120, seed: 6), tokens: 11)
    for accumulating in [false, true] {
      let found = try problem.product(kernels, accumulating: accumulating)
      let matrix = try problem.weights.matrix(kernels), vector = QuantizedVector(capacity: 1120)
      for token in 0..<11 {
        kernels.quantize(count: 1120, Array(problem.x[token * 1120..<(token + 1) * 1120]), into: vector)
        var y = Array(problem.initial[token * 51..<(token + 1) * 51])
        kernels.multiply(matrix, by: vector, into: &y, accumulating: accumulating)
        #expect(identical(Array(found[token * 51..<(token + 1) * 51]), y))
      }
    }
  }

  /// The largest codes of weights and activations, in all signs: where sums of 16 bits would overflow first.
  @Test(arguments: kernelNames, BlockType.allCases) func noSumOverflows(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let signs = [0, 0xffff_ffff, 0x5555_5555, 0x3333_3333, 0x0000_ffff, 0x00ff_00ff, 0x0f0f_0f0f] as [UInt32]
    for code in [0x00, 0x0f, 0xf0, 0xff, 0x7f, 0x80, 0x81] as [UInt8] {
      let weights = QuantizedProblem(type, rows: 19, depth: 64, code: code)
      var problem = TokensProblem(weights, tokens: signs.count)
      problem.x = signs.flatMap { sign in (0..<64).map { sign >> UInt32($0 % 32) & 1 == 1 ? Float(127) : -127 } }
      var expected: [Double] = []
      for token in signs.indices {
        let x = problem.x[token * 64..<(token + 1) * 64].map(Double.init)
        for row in 0..<19 {
          expected.append(zip(weights.weights(row: row), x).reduce(0) { $0 + $1.0.value * $1.1 })
        }
      }
      // Scales of one, and sums below 2²⁴: nothing is rounded.
      #expect(try problem.product(kernels).map(Double.init) == expected)
    }
  }

  /// Threads share a product's tokens or rows: any split gives the same bits, and writes its own part only.
  @Test(arguments: kernelNames, BlockType.allCases)
  func elementsDoNotDependOnTheRanges(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let (tokens, rows) = (14, 54)
    let problem = TokensProblem(QuantizedProblem(type, rows: rows, depth: 192, seed: 9), tokens: tokens)
    let whole = try problem.product(kernels)
    let matrix = try problem.weights.matrix(kernels), x = problem.activations(kernels)
    let panel = kernels.quantizedPanelRows
    for tokenRange in [0..<14, 3..<5, 6..<13, 14..<14] {
      for lower in stride(from: 0, through: rows, by: panel) {
        for upper in Set([lower, lower + panel, lower + 2 * panel, rows]) where upper <= rows {
          let c = Guarded<UInt32>(count: tokens * rows)
          c.withFloats { kernels.multiply(x, by: matrix, tokens: tokenRange, rows: lower..<upper, into: $0) }
          let found = c.floats
          let isRight = (0..<tokens * rows).allSatisfy { index in
            let (token, row) = index.quotientAndRemainder(dividingBy: rows)
            let isInside = tokenRange.contains(token) && (lower..<upper).contains(row)
            return isInside ? identical(found[index], whole[index]) : c.isUntouched(index)
          }
          #expect(c.isIntact && isRight)
        }
      }
    }
  }

  @Test(arguments: kernelNames, BlockType.allCases)
  func gapsBetweenTokensStayAsTheyWere(name: String, type: BlockType) throws {
    let kernels = try Kernels.named(name)
    let (tokens, rows, stride) = (9, 29, 34)
    let problem = TokensProblem(QuantizedProblem(type, rows: rows, depth: 64, seed: 2), tokens: tokens)
    let whole = try problem.product(kernels)
    let c = Guarded<UInt32>(count: tokens * stride)
    let matrix = try problem.weights.matrix(kernels)
    c.withFloats { kernels.multiply(problem.activations(kernels), by: matrix, into: $0, stride: stride) }
    #expect(c.isIntact)
    for token in 0..<tokens {
      #expect(
        identical(
          Array(c.floats[token * stride..<token * stride + rows]), Array(whole[token * rows..<(token + 1) * rows])))
      #expect((rows..<stride).allSatisfy { c.isUntouched(token * stride + $0) })
    }
  }

  @Test(arguments: kernelNames) func notANumberStaysInItsTokenAndRow(name: String) throws {
    let kernels = try Kernels.named(name)
    var weights = QuantizedProblem(.q4_1, rows: 37, depth: 96, seed: 3)
    weights.blocks[(36 * 3 + 1) * 20 + 1] = 0x7e  // d of row 36's second block
    for value in [Float.nan, .infinity, -.infinity] {
      var problem = TokensProblem(weights, tokens: 15)
      problem.x[5 * 96 + 40] = value
      let c = try problem.product(kernels)
      #expect((0..<15 * 37).allSatisfy { c[$0].isNaN == ($0 / 37 == 5 || $0 % 37 == 36) })
    }
  }

  @Test func severalThreadsShareMatrixAndActivations() async throws {
    let problem = TokensProblem(QuantizedProblem(.q4_1, rows: 65, depth: 192, seed: 8), tokens: 33)
    let expected = try problem.product(.best)
    let matrix = try problem.weights.matrix(.best)
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<16 {
        group.addTask {
          let x = problem.activations(.best)
          var c = [Float](repeating: 0, count: 33 * 65)
          for _ in 0..<20 { Kernels.best.multiply(x, by: matrix, into: &c) }
          return c
        }
      }
      for await c in group { #expect(identical(c, expected)) }
    }
  }
}

/// A weight and many tokens.
private struct TokensProblem {
  let weights: QuantizedProblem
  let tokens: Int
  var x: [Float]
  /// What C holds before.
  let initial: [Float]

  init(_ weights: QuantizedProblem, tokens: Int) {
    var random = Randomness(state: UInt64(tokens))
    (self.weights, self.tokens) = (weights, tokens)
    x = random.floats(tokens * weights.depth, 3)
    initial = random.floats(tokens * weights.rows)
  }

  func activations(_ kernels: Kernels) -> QuantizedActivations {
    let activations = QuantizedActivations()
    kernels.quantize(tokens: tokens, depth: weights.depth, x, into: activations)
    return activations
  }

  func product(_ kernels: Kernels, accumulating: Bool = false) throws -> [Float] {
    let c = Guarded(initial)
    let matrix = try weights.matrix(kernels)
    c.withFloats { kernels.multiply(activations(kernels), by: matrix, into: $0, accumulating: accumulating) }
    #expect(c.isIntact)
    return c.floats
  }
}
