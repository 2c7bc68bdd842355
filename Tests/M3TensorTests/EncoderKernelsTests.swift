import M3Tensor
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An encoder's kernels against their definitions in double precision, and against the scalar set.
@Suite struct EncoderKernelsTests {
  @Test(arguments: kernelNames) func layerNormIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths + [384, 768] where count > 0 {
      var random = Randomness(state: UInt64(count))
      // Far from zero, so that a variance from the mean of squares would lose its digits.
      let x = random.floats(count).map { $0 + 30 }
      let weight = random.floats(count, 2), bias = random.floats(count)
      let out = Guarded<UInt32>(count: count)
      out.withFloats { kernels.layerNorm(count: count, x, weight: weight, bias: bias, epsilon: 1e-5, into: $0) }
      #expect(out.isIntact)
      let truth = layerNorm(x, weight, bias, epsilon: 1e-5)
      // The mean of numbers near 30 is known to 30 · 2⁻²⁴ at best.
      #expect(close(out.floats, truth, relative: 0, absolute: 1e-4), "\(count)")
      let inPlace = Guarded(x)
      inPlace.withFloats { kernels.layerNorm(count: count, $0, weight: weight, bias: bias, epsilon: 1e-5, into: $0) }
      #expect(inPlace.isIntact)
      #expect(identical(inPlace.values, out.values))
    }
  }

  @Test(arguments: kernelNames) func layerNormOfEqualValuesIsTheBias(name: String) throws {
    let kernels = try Kernels.named(name)
    var out = [Float](repeating: 7, count: 37)
    let bias = (0..<37).map { Float($0) }
    kernels.layerNorm(
      count: 37, [Float](repeating: 0.5, count: 37), weight: [Float](repeating: 3, count: 37), bias: bias,
      epsilon: 1e-12, into: &out)
    #expect(identical(out, bias))
    kernels.layerNorm(count: 0, [], weight: [], bias: [], epsilon: 1, into: &out)
    #expect(identical(out, bias))
    kernels.layerNorm(count: 3, [1, .nan, 2], weight: [1, 1, 1], bias: [0, 0, 0], epsilon: 1e-5, into: &out)
    #expect(identical(Array(out[..<3]), [.nan, .nan, .nan]))
    #expect(identical(Array(out[3...]), Array(bias[3...])))
  }

  /// All magnitudes, and the interval in which GELU is neither x nor 0 more closely.
  private static let everywhere: [Float] =
    stride(from: UInt32(0), through: .max - 16381, by: 16381).map(Float.init(bitPattern:))
    + [0, -0.0, .infinity, .nan, -.nan, .leastNormalMagnitude, -.greatestFiniteMagnitude, .greatestFiniteMagnitude]
    + stride(from: Float(-15), through: 8, by: 0.000_1)

  @Test(arguments: kernelNames) func geluIsWithinEightUnitsInTheLastPlace(name: String) throws {
    let kernels = try Kernels.named(name)
    let x = Self.everywhere.filter { $0 != -.infinity }
    var found = [Float](repeating: 1, count: x.count)
    kernels.gelu(count: x.count, x, into: &found)
    var wrong: [Float] = []
    for (x, y) in zip(x, found) {
      let tail = erfc(-Double(x) * 0.5.squareRoot()) / 2
      let truth = Double(x) * tail
      let isRight =
        if x.isNaN {
          y.isNaN
        } else if x == .infinity {
          y == .infinity
        } else {
          (Double(y) - truth).magnitude <= 8 * Double(Float(truth).ulp)
            || (tail < 0x1p-125 && Double(y).magnitude <= Double(x).magnitude * 0x1p-125)
        }
      if !isRight { wrong.append(x) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
    var last: [Float] = [1]
    kernels.gelu(count: 1, [-.infinity], into: &last)
    #expect(last[0].isNaN)
  }

  @Test(arguments: kernelNames) func geluTanhIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    let x = Array(stride(from: Float(-12), through: 12, by: 0.000_3)) + [.infinity, .nan, 0, -40, 40, -1e30, 1e30]
    var found = x
    kernels.geluTanh(count: x.count, found, into: &found)
    var wrong: [Float] = []
    for (x, y) in zip(x, found) {
      let wide = Double(x)
      let truth = wide / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (wide + 0.044715 * wide * wide * wide)))
      // The exponent reaches 100, and its rounding is the result's relative error.
      if !close(y, truth, relative: 1e-5, absolute: 1e-15) { wrong.append(x) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
  }

  @Test(arguments: kernelNames) func geluWritesItsOutputAndNoMore(name: String) throws {
    let kernels = try Kernels.named(name), scalar = try Kernels.named("scalar")
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count, 6)
      for isTanh in [false, true] {
        func run(_ kernels: Kernels, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
          isTanh ? kernels.geluTanh(count: count, x, into: out) : kernels.gelu(count: count, x, into: out)
        }
        let out = Guarded<UInt32>(count: count), twin = Guarded<UInt32>(count: count), inPlace = Guarded(x)
        out.withFloats { run(kernels, x, $0) }
        twin.withFloats { run(scalar, x, $0) }
        inPlace.withFloats { run(kernels, $0, $0) }
        #expect(out.isIntact && inPlace.isIntact)
        #expect(identical(inPlace.values, out.values))
        #expect(close(out.floats, twin.floats.map(Double.init), relative: 2e-6, absolute: 1e-12))
      }
    }
  }

  /// One addition is rounded the same everywhere.
  @Test(arguments: kernelNames) func aRowIsAddedToEveryRow(name: String) throws {
    let kernels = try Kernels.named(name)
    for (rows, columns, stride) in [(0, 5, 5), (1, 0, 3), (1, 1, 1), (3, 7, 9), (5, 64, 64), (2, 67, 70)] {
      var random = Randomness(state: UInt64(columns))
      let row = random.floats(columns), start = random.floats(rows * stride)
      let found = Guarded(start)
      found.withFloats { kernels.add(rows: rows, columns: columns, row: row, into: $0, stride: stride) }
      #expect(found.isIntact)
      let truth = start.enumerated().map { $1 + ($0 % stride < columns ? row[$0 % stride] : 0) }
      #expect(identical(found.floats, truth))
    }
  }

  /// The emulation is the same arithmetic in the same order as the set it stands for.
  @Test(.enabled(if: kernelNames.contains("avx512")))
  func emulationGivesTheSameBits() throws {
    let real = try Kernels.named("avx512"), emulated = try Kernels.named("avx512-emulated")
    let x = Self.everywhere
    var y = x, z = x
    real.gelu(count: x.count, x, into: &y)
    emulated.gelu(count: x.count, x, into: &z)
    #expect(identical(y, z))
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count), weight = random.floats(count), bias = random.floats(count)
      (y, z) = (x, x)
      real.layerNorm(count: count, x, weight: weight, bias: bias, epsilon: 1e-12, into: &y)
      emulated.layerNorm(count: count, x, weight: weight, bias: bias, epsilon: 1e-12, into: &z)
      #expect(identical(y, z))
    }
  }
}

private func layerNorm(_ x: [Float], _ weight: [Float], _ bias: [Float], epsilon: Double) -> [Double] {
  let wide = x.map(Double.init)
  let mean = wide.reduce(0, +) / Double(x.count)
  let variance = wide.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
  return x.indices.map { (wide[$0] - mean) / (variance + epsilon).squareRoot() * Double(weight[$0]) + Double(bias[$0]) }
}
