import M3Tensor
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct ElementKernelsTests {
  /// A quarter of a million float32 values across all bit patterns, infinities and NaN among them.
  private static let everywhere: [Float] =
    stride(from: UInt32(0), through: .max - 16381, by: 16381).map(Float.init(bitPattern:))
    + [0, -0.0, .infinity, -.infinity, .nan, -.nan, .leastNormalMagnitude, .greatestFiniteMagnitude]
    + stride(from: Float(-110), through: 95, by: 0.001)
    + stride(from: Float(88.7), through: 88.73, by: 0.000_007)
    + stride(from: Float(-87.35), through: -87.32, by: 0.000_007)

  @Test(arguments: kernelNames) func expIsWithinTwoUnitsInTheLastPlace(name: String) throws {
    let kernels = try Kernels.named(name)
    let x = Self.everywhere
    var found = [Float](repeating: 0, count: x.count)
    kernels.exp(count: x.count, x, into: &found)
    var wrong: [Float] = []
    for (x, y) in zip(x, found) {
      let truth = exp(Double(x))
      let isRight =
        if x.isNaN {
          y.isNaN
        } else if truth < Double(Float.leastNormalMagnitude) {
          y == 0
        } else if truth > Double(Float.greatestFiniteMagnitude) {
          y == .infinity
        } else {
          (Double(y) - truth).magnitude <= 2 * Double(Float(truth).ulp)
        }
      if !isRight { wrong.append(x) }
    }
    #expect(wrong.isEmpty, "\(wrong.count) wrong: \(wrong.prefix(8))")
  }

  @Test(arguments: kernelNames) func siluMultiplyIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let gate = random.floats(count, 20), up = random.floats(count, 3)
      let truth = zip(gate, up).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
      let out = Guarded<UInt32>(count: count)
      out.withFloats { kernels.siluMultiply(count: count, gate: gate, up: up, into: $0) }
      #expect(out.isIntact)
      #expect(close(out.floats, truth, relative: 1e-6))
      let inPlace = Guarded(gate)
      inPlace.withFloats { kernels.siluMultiply(count: count, gate: $0, up: up, into: $0) }
      #expect(identical(inPlace.values, out.values))
    }
    var out = [Float](repeating: 0, count: 5)
    kernels.siluMultiply(count: 5, gate: [-1000, 1000, .nan, 1, 0], up: [1, 2, 1, .nan, 7], into: &out)
    #expect(identical(out, [0 * -1, 2000, .nan, .nan, 0]))
  }

  /// Sums and largest values of one operation are correctly rounded: every set gives the bits of the scalar one.
  @Test(arguments: kernelNames) func additionAndMaximumAreExact(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      var x = random.floats(count), y = random.floats(count)
      if count > 3 { (x[count - 1], y[count / 2], x[0], y[1]) = (.nan, .nan, .infinity, -.infinity) }
      let sum = Guarded(y), scaled = Guarded(y), largest = Guarded(y)
      sum.withFloats { kernels.add(count: count, x, into: $0) }
      scaled.withFloats { kernels.add(count: count, x, scaledBy: 0.3, into: $0) }
      largest.withFloats { kernels.max(count: count, x, into: $0) }
      #expect(sum.isIntact && scaled.isIntact && largest.isIntact)
      #expect(identical(sum.floats, zip(x, y).map { $0 + $1 }))
      #expect(identical(scaled.floats, zip(x, y).map { $1.addingProduct(0.3, $0) }))
      #expect(identical(largest.floats, zip(x, y).map { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }))
    }
  }

  @Test(arguments: kernelNames) func dotAndSumAreWithinTheirRounding(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths + [4096] {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count), y = random.floats(count)
      let products = zip(x, y).map { Double($0) * Double($1) }
      let bound = { (terms: [Double]) in Double(count) * 0x1p-24 * terms.reduce(0) { $0 + $1.magnitude } }
      #expect(close(kernels.dot(count: count, x, y), products.reduce(0, +), relative: 0, absolute: bound(products)))
      let terms = x.map(Double.init)
      #expect(close(kernels.sum(count: count, x), terms.reduce(0, +), relative: 0, absolute: bound(terms)))
    }
    #expect(kernels.sum(count: 3, [1, .nan, 2]).isNaN)
    #expect(kernels.dot(count: 9, [1, 2, 3, 4, 5, 6, 7, 8, .nan], [0, 0, 0, 0, 0, 0, 0, 0, 0]).isNaN)
  }

  /// The emulation is the same arithmetic in the same order as the set it stands for.
  @Test(.enabled(if: kernelNames.contains("avx512")))
  func emulationGivesTheSameBits() throws {
    let real = try Kernels.named("avx512"), emulated = try Kernels.named("avx512-emulated")
    let x = Self.everywhere
    var y = x, z = x
    real.exp(count: x.count, x, into: &y)
    emulated.exp(count: x.count, x, into: &z)
    #expect(identical(y, z))
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count, 9)
      (y, z) = (x, x)
      real.softmax(&y, visible: count, total: count)
      emulated.softmax(&z, visible: count, total: count)
      #expect(identical(y, z))
      #expect(identical(real.dot(count: count, x, x), emulated.dot(count: count, x, x)))
      #expect(real.expSum(x, count: count) == emulated.expSum(x, count: count))
    }
  }
}
