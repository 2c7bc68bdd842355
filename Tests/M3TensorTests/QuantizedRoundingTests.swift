import M3Bytes
import M3JSON
import M3Tensor
import M3TestSupport
import Testing

/// Float32 in blocks of Q8_0.
@Suite struct QuantizedRoundingTests {
  private func blocks(_ values: [Float]) throws -> [UInt8] {
    let out = Guarded<UInt8>(count: values.count / 32 * 34)
    try QuantizedMatrix.quantizeQ8_0(count: values.count, values, into: out.start)
    #expect(out.isIntact)
    return out.values
  }

  @Test func equalsTheReferenceToTheBit() throws {
    let golden = try Fixtures.golden("quantization/golden.json").required("requantized", as: JSONFields.self)
    let rows = try golden.required("rows", as: [JSONFields].self)
    #expect(rows.count == 14)
    for (index, row) in rows.enumerated() {
      let values = try #require(Hexadecimal.bytes(try row.required("values", as: String.self)))
      let floats = stride(from: 0, to: values.count, by: 4).map { offset in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(values[offset + $1]) << UInt32(8 * $1) })
      }
      let expected = try #require(Hexadecimal.bytes(try row.required("bytes", as: String.self)))
      let found = try blocks(floats)
      #expect(identical(found, expected), "row \(index)")
    }
  }

  /// ggml's formula with Swift's own rounding.
  private func slowBlock(_ x: ArraySlice<Float>) -> [UInt8] {
    let scale = x.map(\.magnitude).max()! / 127
    let inverse = scale == 0 ? 0 : 1 / scale
    let half = Float16(scale).bitPattern
    return [UInt8(half & 0xff), UInt8(half >> 8)]
      + x.map { UInt8(bitPattern: Int8(($0 * inverse).rounded(.toNearestOrAwayFromZero))) }
  }

  @Test func equalsTheFormula() throws {
    var random = Randomness(state: 11)
    for exponent in stride(from: -100, through: 22, by: 2) {
      var values = random.floats(32 * 40, Float(sign: .plus, exponent: exponent, significand: 1))
      // Every second block on a grid where halves are common.
      for index in values.indices where index / 32 % 2 == 0 {
        let magnitude =
          index % 32 == 0 ? 127 : (values[index] * Float(sign: .plus, exponent: 6 - exponent, significand: 1))
        values[index] = (magnitude * 2).rounded() / 2
      }
      let expected = stride(from: 0, to: values.count, by: 32).flatMap { slowBlock(values[$0..<$0 + 32]) }
      #expect(try identical(blocks(values), expected), "2^\(exponent)")
    }
  }

  @Test func scalesTooSmallToBeInvertedGiveZero() throws {
    for value in [0, Float.leastNonzeroMagnitude, .leastNormalMagnitude] {
      let values = (0..<32).map { $0 % 3 == 0 ? -value : $0 % 3 == 1 ? value : 0 }
      #expect(try blocks(values) == [UInt8](repeating: 0, count: 34))
    }
  }

  @Test(arguments: [Float.nan, -.nan, .signalingNaN, .infinity, -.infinity, 0x1p23 * 127, .greatestFiniteMagnitude])
  func refusesWhatItCannotHold(value: Float) throws {
    var values = [Float](repeating: 1, count: 96)
    values[70] = value
    #expect(throws: TensorError.notRoundable(block: 2)) { try blocks(values) }
    #expect(try blocks(Array(values[..<64])).count == 68)
  }

  /// A product with the rounded weights is the product with the weights but for half a code of each.
  @Test(arguments: kernelNames) func productsAreCloseToThoseOfTheWeights(name: String) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: 12)
    let (rows, depth) = (21, 512)
    let weights = random.floats(rows * depth, 0.1), x = random.floats(depth, 2)
    let matrix = try weights.withUnsafeBufferPointer { weights in
      try QuantizedMatrix(type: .q8_0, rows: rows, depth: depth, kernels: kernels) { row, blocks in
        try QuantizedMatrix.quantizeQ8_0(count: depth, weights.baseAddress! + row * depth, into: blocks)
      }
    }
    let vector = QuantizedVector(capacity: depth)
    kernels.quantize(count: depth, x, into: vector)
    var found = [Float](repeating: 0, count: rows)
    kernels.multiply(matrix, by: vector, into: &found)
    for row in 0..<rows {
      var exact = 0.0, bound = 0.0
      for column in 0..<depth {
        exact += Double(weights[row * depth + column]) * Double(vector[column])
        // Half a code, and half a unit of d's ten bits in up to 127 of them.
        bound += (0.5 + 127 * 0x1p-11) * 0.1 / 127 * Double(vector[column]).magnitude
      }
      #expect((Double(found[row]) - exact).magnitude <= bound)
    }
  }
}
