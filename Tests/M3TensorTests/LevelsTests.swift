import M3Tensor
import Testing

/// Scalar codes: rows as banks store them.
@Suite struct LevelsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let kernels: String
    let bits: Int
    let dimension: Int
    var testDescription: String { "\(kernels), \(bits) bits, \(dimension) elements" }
  }

  /// Head dimensions around the codes that are unpacked at a time, as far as their codes are whole bytes.
  static let cases = kernelNames.flatMap { name in
    Kernels.levelBits.flatMap { bits in
      [1, 2, 4, 6, 8, 12, 16, 18, 24, 40, 64, 72, 80, 128].filter { $0 * bits % 8 == 0 }.map {
        Case(kernels: name, bits: bits, dimension: $0)
      }
    }
  }

  private static func size(_ test: Case) -> Int { 2 + test.dimension * test.bits / 8 }

  private static func scale(_ row: ArraySlice<UInt8>) -> Float {
    Float(Float16(bitPattern: UInt16(row[row.startIndex]) | UInt16(row[row.startIndex + 1]) << 8))
  }

  /// The code of an element, a bit at a time.
  private static func code(_ row: ArraySlice<UInt8>, _ index: Int, _ bits: Int) -> Int {
    (0..<bits).reduce(0) { code, bit in
      let place = index * bits + bit
      return code | Int(row[row.startIndex + 2 + place / 8] >> UInt8(place % 8) & 1) << bit
    }
  }

  private static func half(_ bits: Int) -> Float { Float((1 << bits) - 1) / 2 }

  @Test(arguments: cases) func decodingIsTheDefinitionBitForBit(test: Case) throws {
    let kernels = try Kernels.named(test.kernels)
    var random = Randomness(state: UInt64(test.dimension))
    let scales: [UInt16] = [0, 0x8000, 1, 0x155, 0x400, 0x3c00, 0x2e66, 0x5555, 0x7bff]
    let codes = scales.flatMap { scale in
      [UInt8(scale & 255), UInt8(scale >> 8)] + (2..<Self.size(test)).map { _ in UInt8(random.next() >> 56) }
    }
    let (means, deviations) = (random.floats(test.dimension), random.floats(test.dimension, 3).map(\.magnitude))
    let expected = scales.indices.flatMap { row in
      let bytes = codes[row * Self.size(test)..<(row + 1) * Self.size(test)]
      return (0..<test.dimension).map { index -> Float in
        let level = Self.scale(bytes) * (Float(Self.code(bytes, index, test.bits)) - Self.half(test.bits))
        let scaled = deviations[index] * level
        return means[index] + scaled
      }
    }
    for shift in 0..<2 {
      let out = Guarded<UInt32>(count: expected.count)
      let shifted = [UInt8](repeating: 0xff, count: shift) + codes
      let bad = shifted.withUnsafeBytes { bytes in
        out.withFloats {
          kernels.decodeLevels(
            bits: test.bits, rows: scales.count, dimension: test.dimension, bytes.baseAddress! + shift, means: means,
            deviations: deviations, into: $0)
        }
      }
      #expect(bad == nil && out.isIntact)
      #expect(identical(out.values, expected.map(\.bitPattern)))
    }
  }

  @Test(arguments: cases) func encodingGivesTheScalarBytesAndTheNearestLevels(test: Case) throws {
    var random = Randomness(state: UInt64(test.dimension + test.bits))
    let rows = 40
    let dimension = test.dimension
    let x = (0..<rows).flatMap { row in random.floats(dimension, row == 0 ? 0 : Float(row) * Float(row)) }
    let (means, deviations) = (random.floats(dimension), random.floats(dimension, 3).map { $0.magnitude + 0.1 })
    func encoded(_ kernels: Kernels) -> [UInt8] {
      let codes = Guarded<UInt8>(count: rows * Self.size(test))
      var normalized = [Float](repeating: 0, count: dimension)
      let bad = kernels.encodeLevels(
        bits: test.bits, rows: rows, dimension: dimension, x, means: means, deviations: deviations,
        normalized: &normalized, into: codes.start)
      #expect(bad == nil && codes.isIntact)
      return codes.values
    }
    let codes = encoded(try Kernels.named(test.kernels))
    #expect(identical(codes, encoded(try Kernels.named("scalar"))))
    var wrong = 0
    for row in 0..<rows {
      let bytes = codes[row * Self.size(test)..<(row + 1) * Self.size(test)]
      let scale = Self.scale(bytes)
      for index in 0..<dimension where scale > 0 {
        let value = (x[row * dimension + index] - means[index]) / deviations[index]
        func distance(_ code: Int) -> Double {
          (Double(value) - Double(scale) * (Double(code) - Double(Self.half(test.bits)))).magnitude
        }
        let nearest = (0..<1 << test.bits).map(distance).min()!
        if distance(Self.code(bytes, index, test.bits)) > nearest + 1e-5 * Double(scale) { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  @Test(arguments: kernelNames, Kernels.levelBits) func whatHasNoScaleEndsTheRows(name: String, bits: Int) throws {
    let kernels = try Kernels.named(name)
    let ones = [Float](repeating: 1, count: 8)
    let zeros = [Float](repeating: 0, count: 8)
    let bound = Float(Float16.greatestFiniteMagnitude) * Self.half(bits)
    for (value, isGood) in [
      (Float.nan, false), (.infinity, false), (-.infinity, false), (bound, false), (bound.nextDown, true),
    ] {
      for place in 0..<3 {
        var x = [Float](repeating: 1, count: 24)
        x[place * 8 + 7] = value
        var normalized = zeros
        var codes = [UInt8](repeating: 0, count: 3 * (2 + bits))
        let bad = codes.withUnsafeMutableBytes {
          kernels.encodeLevels(
            bits: bits, rows: 3, dimension: 8, x, means: zeros, deviations: ones, normalized: &normalized,
            into: $0.baseAddress!)
        }
        #expect(bad == (isGood ? nil : place), "\(value)")
      }
    }
    var codes = [UInt8](repeating: 0, count: 3 * (2 + bits))
    codes[2 + bits + 1] = 0x7c
    var out = [Float](repeating: 0, count: 24)
    #expect(
      kernels.decodeLevels(bits: bits, rows: 3, dimension: 8, codes, means: zeros, deviations: ones, into: &out) == 1)
  }
}
