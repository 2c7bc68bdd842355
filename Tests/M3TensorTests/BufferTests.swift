import M3Tensor
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct BufferTests {
  @Test(arguments: [0, 1, 15, 16, 17, 1000, 600_000]) func bufferIsAlignedAndZero(count: Int) {
    let buffer = FloatBuffer(count: count)
    #expect(buffer.count == count)
    #expect(UInt(bitPattern: buffer.pointer) % 64 == 0)
    #expect(buffer.elements.allSatisfy { $0 == 0 })
    if count > 0 {
      buffer[count - 1] = 3
      #expect(buffer.pointer[count - 1] == 3)
    }
  }

  @Test func productOfSizesIsChecked() throws {
    #expect(try ElementCount.product(30, 2, 3, 64) == 11520)
    #expect(try ElementCount.product(.max, 0, .max) == 0)
    #expect(throws: TensorError.sizeOverflow(factors: [1 << 31, 1 << 32])) {
      try ElementCount.product(1 << 31, 1 << 32)
    }
    #expect(throws: TensorError.sizeOverflow(factors: [3, -1])) { try ElementCount.product(3, -1) }
    #expect(throws: TensorError.self) { try ElementCount.product(.max, .max, 2) }
    #expect(throws: TensorError.self) { try ElementCount.product(Int.max / 8 + 1) }
  }
}

@Suite struct RotaryTableTests {
  /// Angles by repeated multiplication instead of a power: base^(-2/D) once a pair.
  @Test(arguments: [10000, 100_000, 500_000] as [Double]) func anglesAreGeometric(base: Double) throws {
    let dimension = 64
    let table = try RotaryTable(positionCount: 300, headDimension: dimension, base: base)
    let ratio = exp(-2 * log(base) / Double(dimension))
    for position in [0, 1, 2, 17, 299] {
      var frequency = 1.0
      for pair in 0..<dimension / 2 {
        let angle = Double(position) * frequency
        #expect(close(table.cosines(position)[pair], cos(angle), relative: 0, absolute: 1e-7))
        #expect(close(table.sines(position)[pair], sin(angle), relative: 0, absolute: 1e-7))
        frequency *= ratio
      }
    }
  }

  @Test func frequencyFactorsDivide() throws {
    let plain = try RotaryTable(positionCount: 9, headDimension: 4, base: 100)
    let slow = try RotaryTable(positionCount: 9, headDimension: 4, base: 100, frequencyFactors: [1, 4])
    #expect(slow.cosines(8)[0] == plain.cosines(8)[0])
    #expect(slow.cosines(8)[1] == plain.cosines(2)[1])
    #expect(slow.sines(8)[1] == plain.sines(2)[1])
  }

  @Test(
    arguments: [
      (9, 3, 100, nil), (9, 0, 100, nil), (9, -2, 100, nil), (-1, 4, 100, nil), (9, 4, 0, nil), (9, 4, .nan, nil),
      (9, 4, .infinity, nil), (9, 4, 100, [1]), (9, 4, 100, [1, 0]), (9, 4, 100, [1, .nan]),
    ] as [(Int, Int, Double, [Float]?)])
  func invalidShapeIsRefused(positions: Int, dimension: Int, base: Double, factors: [Float]?) {
    #expect {
      try RotaryTable(positionCount: positions, headDimension: dimension, base: base, frequencyFactors: factors)
    } throws: { error in
      if case TensorError.invalidRotaryShape? = error as? TensorError { true } else { false }
    }
  }

  /// A rotation keeps every pair's length, and q·k depends on the distance of the positions alone.
  @Test(arguments: kernelNames) func rotatedProductDependsOnDistance(name: String) throws {
    let kernels = try Kernels.named(name)
    let table = try RotaryTable(positionCount: 200, headDimension: 64, base: 10000)
    var random = Randomness(state: 8)
    let query = random.floats(64), key = random.floats(64)
    func score(_ queryPosition: Int, _ keyPosition: Int) -> Float {
      var (q, k) = (query, key)
      kernels.rotate(heads: 1, &q, to: queryPosition, rotary: table)
      kernels.rotate(heads: 1, &k, to: keyPosition, rotary: table)
      return kernels.dot(count: 64, q, k)
    }
    #expect(abs(score(0, 0) - kernels.dot(count: 64, query, key)) < 1e-5)
    #expect(abs(score(9, 4) - score(105, 100)) < 1e-5)
    #expect(abs(score(9, 4) - score(4, 9)) > 1e-3)
  }
}
