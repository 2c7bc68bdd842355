import M3Tensor
import Testing

@Suite struct ConversionTests {
  private static let all16 = Array(UInt16.min ... .max)

  /// Every 16-bit float, its neighbours, the midpoints to the next with their neighbours, and bits from everywhere.
  private static func samples(_ widen: (UInt16) -> Float) -> [Float] {
    var samples = stride(from: UInt32(0), through: .max - 16381, by: 16381).map(Float.init(bitPattern:))
    for bits in all16.dropLast() {
      let value = widen(bits), next = widen(bits + 1)
      samples += [value, value.nextUp, value.nextDown]
      let middle = Float((Double(value) + Double(next)) / 2)
      samples += [middle, middle.nextUp, middle.nextDown]
    }
    return samples
  }

  private func widenedBFloat16(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  @Test(arguments: kernelNames) func bfloat16WidensExactly(name: String) throws {
    let kernels = try Kernels.named(name)
    let out = Guarded<UInt32>(count: 65536)
    out.withFloats { kernels.float(count: 65536, fromBFloat16: Self.all16, into: $0) }
    #expect(out.isIntact)
    #expect(identical(out.values, Self.all16.map { UInt32($0) << 16 }))
  }

  @Test(arguments: kernelNames) func halfWidensExactly(name: String) throws {
    let kernels = try Kernels.named(name)
    let out = Guarded<UInt32>(count: 65536)
    out.withFloats { kernels.float(count: 65536, fromHalf: Self.all16, into: $0) }
    #expect(out.isIntact)
    #expect(identical(out.floats, Self.all16.map { Float(Float16(bitPattern: $0)) }))
  }

  /// The nearest of the two neighbours by their distance; the even one of two as near.
  @Test(arguments: kernelNames) func bfloat16RoundsToNearestEven(name: String) throws {
    let kernels = try Kernels.named(name)
    let samples = Self.samples(widenedBFloat16)
    let out = Guarded<UInt16>(count: samples.count)
    kernels.bfloat16(count: samples.count, from: samples, into: out.start)
    #expect(out.isIntact)
    var wrong: [Float] = []
    for (x, found) in zip(samples, out.values) {
      if x.isNaN {
        if !widenedBFloat16(found).isNaN || found & 0x40 == 0 { wrong.append(x) }
        continue
      }
      let below = UInt16(x.bitPattern >> 16)
      let above = below & 0x7fff == 0x7f80 ? below : below + 1
      // Beyond the largest finite one the next step counts, though it is infinite.
      let value = { (bits: UInt16) in
        bits & 0x7fff == 0x7f80 ? (bits >> 15 == 1 ? -0x1p128 : 0x1p128) : Double(self.widenedBFloat16(bits))
      }
      let target = x.isInfinite ? value(below) : Double(x)
      let (toBelow, toAbove) = ((value(below) - target).magnitude, (value(above) - target).magnitude)
      let nearest = toBelow == toAbove ? (below & 1 == 0 ? below : above) : (toBelow < toAbove ? below : above)
      if found != nearest { wrong.append(x) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
  }

  @Test(arguments: kernelNames) func halfRoundsAsTheProcessorDoes(name: String) throws {
    let kernels = try Kernels.named(name)
    let samples = Self.samples { Float(Float16(bitPattern: $0)) }
    let out = Guarded<UInt16>(count: samples.count)
    kernels.half(count: samples.count, from: samples, into: out.start)
    #expect(out.isIntact)
    let wrong = zip(samples, out.values).filter { x, found in
      x.isNaN ? !(Float16(bitPattern: found).isNaN && found & 0x200 != 0) : found != Float16(x).bitPattern
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
  }

  /// NaN payloads included.
  @Test(arguments: kernelNames) func everySetGivesTheSameBits(name: String) throws {
    let kernels = try Kernels.named(name), scalar = try Kernels.named("scalar")
    let samples = Self.samples { Float(Float16(bitPattern: $0)) } + Self.samples(widenedBFloat16)
    var narrow = [UInt16](repeating: 0, count: samples.count), expected = narrow
    kernels.half(count: samples.count, from: samples, into: &narrow)
    scalar.half(count: samples.count, from: samples, into: &expected)
    #expect(identical(narrow, expected))
    kernels.bfloat16(count: samples.count, from: samples, into: &narrow)
    scalar.bfloat16(count: samples.count, from: samples, into: &expected)
    #expect(identical(narrow, expected))
    var wide = [UInt32](repeating: 0, count: 65536), expectedWide = wide
    wide.withUnsafeMutableBytes {
      kernels.float(count: 65536, fromHalf: Self.all16, into: $0.assumingMemoryBound(to: Float.self).baseAddress!)
    }
    expectedWide.withUnsafeMutableBytes {
      scalar.float(count: 65536, fromHalf: Self.all16, into: $0.assumingMemoryBound(to: Float.self).baseAddress!)
    }
    #expect(identical(wide, expectedWide))
  }

  @Test(arguments: kernelNames) func everyLengthStaysWithinItsBounds(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths {
      let floats = (0..<count).map { Float($0) / 4 }
      let narrow = Guarded<UInt16>(count: count), wide = Guarded<UInt32>(count: count)
      kernels.bfloat16(count: count, from: floats, into: narrow.start)
      wide.withFloats { kernels.float(count: count, fromBFloat16: narrow.start, into: $0) }
      #expect(narrow.isIntact && wide.isIntact)
      // bfloat16 keeps eight bits: half a unit of the last is at most 2⁻⁸ of the value.
      #expect(zip(wide.floats, floats).allSatisfy { ($0 - $1).magnitude <= $1.magnitude * 0x1p-8 })
      kernels.half(count: count, from: floats, into: narrow.start)
      wide.withFloats { kernels.float(count: count, fromHalf: narrow.start, into: $0) }
      #expect(narrow.isIntact && wide.isIntact)
      #expect(identical(wide.floats, floats))
    }
  }
}
