import M3Tensor
import Testing

/// Decoding of rows as banks store them.
@Suite struct CodesTests {
  /// Head dimensions around the 32 codes that are decoded at a time.
  static let dimensions = [2, 4, 6, 14, 16, 18, 30, 32, 34, 46, 62, 64, 66, 80, 96, 128, 130]

  /// Rows of codes with the scales of `bits`, the codes in all 256 bytes.
  private static func codes(dimension: Int, scales bits: [UInt16], _ random: inout Randomness) -> [UInt8] {
    bits.flatMap { scale in
      [UInt8(scale & 255), UInt8(scale >> 8)] + (0..<dimension / 2).map { _ in UInt8(random.next() >> 56) }
    }
  }

  /// The definition, an operation at a time.
  private static func decoded(_ codes: [UInt8], dimension: Int, means: [Float], deviations: [Float]) -> [Float] {
    let size = 2 + dimension / 2
    return (0..<codes.count / size).flatMap { row in
      let scale = Float(Float16(bitPattern: UInt16(codes[row * size]) | UInt16(codes[row * size + 1]) << 8))
      return (0..<dimension).map { index -> Float in
        let byte = codes[row * size + 2 + index / 2]
        let code = index % 2 == 0 ? byte & 15 : byte >> 4
        let level = scale * (Float(code) - 7.5)
        let scaled = deviations[index] * level
        return means[index] + scaled
      }
    }
  }

  @Test(arguments: kernelNames, dimensions)
  func int4IsTheDefinitionBitForBit(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(dimension))
    // 0, −0, the smallest subnormal, a subnormal, the smallest normal, and others up to the largest.
    let scales: [UInt16] =
      [0, 0x8000, 1, 0x155, 0x400, 0x3c00, 0x2e66, 0x5555, 0x7bff] + (0..<8).map { _ in UInt16(random.next() % 0x7c00) }
    let codes = Self.codes(dimension: dimension, scales: scales, &random)
    let (means, deviations) = (random.floats(dimension), random.floats(dimension, 3).map(\.magnitude))
    let expected = Self.decoded(codes, dimension: dimension, means: means, deviations: deviations)
    // At an odd address too.
    for shift in 0..<2 {
      let out = Guarded<UInt32>(count: expected.count)
      let shifted = [UInt8](repeating: 0xff, count: shift) + codes
      let bad = shifted.withUnsafeBytes { bytes in
        out.withFloats {
          kernels.decodeInt4(
            rows: scales.count, dimension: dimension, bytes.baseAddress! + shift, means: means, deviations: deviations,
            into: $0)
        }
      }
      #expect(bad == nil)
      #expect(out.isIntact)
      #expect(out.values == expected.map(\.bitPattern))
    }
  }

  /// Every half that is no scale, in the first row, the middle and the last.
  @Test(arguments: kernelNames) func int4StopsAtTheFirstBadScale(name: String) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: 1)
    let zeros = [Float](repeating: 0, count: 4)
    var wrong: [UInt16] = []
    for bits in UInt16.min ... .max {
      let scale = Float(Float16(bitPattern: bits))
      let isGood = scale.isFinite && scale >= 0
      for place in [0, 1, 2] {
        var scales: [UInt16] = [0x3c00, 0x3c00, 0x3c00]
        scales[place] = bits
        var out = [Float](repeating: 0, count: 12)
        let bad = kernels.decodeInt4(
          rows: 3, dimension: 4, Self.codes(dimension: 4, scales: scales, &random), means: zeros, deviations: zeros,
          into: &out)
        if bad != (isGood ? nil : place) { wrong.append(bits) }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
  }

  @Test(arguments: kernelNames) func noRowsAreNothing(name: String) throws {
    let kernels = try Kernels.named(name)
    let out = Guarded<UInt32>(count: 0)
    let none = [UInt8](repeating: 0xff, count: 1)
    let bad = out.withFloats {
      (
        kernels.decodeInt4(rows: 0, dimension: 2, none, means: $0, deviations: $0, into: $0),
        kernels.decodeBFloat16(count: 0, none, into: $0)
      )
    }
    #expect(bad.0 == nil && bad.1 == nil)
    #expect(out.isIntact)
  }

  @Test(arguments: kernelNames, lengths)
  func bfloat16WidensAtAnyAddress(name: String, count: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(count))
    let bits = (0..<count).map { _ in UInt16(random.next() % 0x7f80) | UInt16(random.next() & 1) << 15 }
    for shift in 0..<2 {
      let bytes = [UInt8](repeating: 0xff, count: shift) + bits.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      let out = Guarded<UInt32>(count: count)
      let bad = bytes.withUnsafeBytes { bytes in
        out.withFloats { kernels.decodeBFloat16(count: count, bytes.baseAddress! + shift, into: $0) }
      }
      #expect(bad == nil)
      #expect(out.isIntact)
      #expect(out.values == bits.map { UInt32($0) << 16 })
    }
  }

  /// Every value that is not finite, at every place, and another one behind it.
  @Test(arguments: kernelNames, [1, 7, 16, 35])
  func bfloat16TellsTheFirstThatIsNotFinite(name: String, count: Int) throws {
    let kernels = try Kernels.named(name)
    var out = [Float](repeating: 0, count: count)
    for place in 0..<count {
      for bits: UInt16 in [0x7f80, 0xff80, 0x7fc0, 0xffff, 0x7f81] {
        var values = [UInt16](repeating: 0x3f80, count: count)
        (values[place], values[count - 1]) = (bits, place == count - 1 ? bits : 0x7f80)
        let found = values.withUnsafeBytes { kernels.decodeBFloat16(count: count, $0.baseAddress!, into: &out) }
        #expect(found == place)
      }
    }
  }

  @Test(arguments: kernelNames, [2, 4, 14, 16, 64, 80, 128])
  func rowsTurnAsOneByOne(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(dimension))
    let rotary = try RotaryTable(positionCount: 40, headDimension: dimension, base: 10_000)
    let positions: [UInt16] = [0, 3, 3, 29, 1, 30]
    let rows = random.floats(positions.count * dimension)
    let expected = Guarded<UInt32>(rows), found = Guarded<UInt32>(rows)
    expected.withFloats { out in
      for (row, position) in positions.enumerated() {
        kernels.rotate(heads: 1, out + row * dimension, to: 9 + Int(position), rotary: rotary)
      }
    }
    found.withFloats {
      kernels.rotate(
        rows: positions.count, headDimension: dimension, $0, to: positions, angles: rotary.cosines(9))
    }
    withExtendedLifetime(rotary) {}
    #expect(found.isIntact)
    #expect(found.values == expected.values)
    #expect(found.values != rows.map(\.bitPattern))
  }
}
