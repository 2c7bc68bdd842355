import M3Tensor
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct AttentionKernelsTests {
  /// Smallest normal float: what is below becomes zero.
  private let smallest = Double(Float.leastNormalMagnitude)

  private func softmax(_ x: ArraySlice<Float>, scale: Float) -> (probabilities: [Double], logSumExp: Double) {
    let scaled = x.map { Double($0 * scale) }
    let largest = scaled.max() ?? -.infinity
    let sum = scaled.reduce(0) { $0 + exp($1 - largest) }
    return (scaled.map { exp($0 - largest) / sum }, largest + log(sum))
  }

  @Test(arguments: kernelNames, [1, 0.125, -2] as [Float])
  func softmaxIsItsDefinition(name: String, scale: Float) throws {
    let kernels = try Kernels.named(name)
    for total in lengths {
      for visible in Set([0, 1, total / 2, total - 1, total]).filter({ (0...total).contains($0) }) {
        var random = Randomness(state: UInt64(total))
        let x = Guarded(random.floats(total, 12))
        let (truth, logSumExp) = softmax(x.floats.prefix(visible), scale: scale)
        let found = x.withFloats {
          kernels.softmaxWithLogSumExp($0, visible: visible, total: total, scale: scale)
        }
        #expect(x.isIntact)
        // The rounding of the difference to the largest, up to 48, is the largest share: 48 · 2⁻²⁴.
        #expect(close(Array(x.floats.prefix(visible)), truth, relative: 4e-6))
        #expect(x.values.dropFirst(visible).allSatisfy { $0 == 0 })
        #expect(close(found, logSumExp, relative: 2e-6, absolute: 2e-6))
      }
    }
  }

  @Test(arguments: kernelNames) func softmaxNeverGivesSubnormals(name: String) throws {
    let kernels = try Kernels.named(name)
    // Steps of 1/16 down to e^-125: across the border at e^-87.3, and with a sum that pushes results below it.
    var x = (0..<2000).map { -Float($0) / 16 }
    kernels.softmax(&x, visible: x.count, total: x.count)
    #expect(x.allSatisfy { $0 == 0 || $0 >= .leastNormalMagnitude })
    #expect(x.contains(0))
    #expect(x.contains { $0 > 0 && $0 < 1e-36 })
    #expect(abs(x.reduce(0) { $0 + Double($1) } - 1) < 1e-5)
    // e^-87.3 is normal, half of it is not; at each place of each length.
    for count in 3...40 {
      for place in 0..<count {
        x = [Float](repeating: 0, count: count)
        x[place] = -87.3
        kernels.softmax(&x, visible: count, total: count)
        #expect(x[place] == 0)
      }
    }
  }

  @Test(arguments: kernelNames, [1, 3, 8, 17, 40])
  func softmaxOfSpecialValues(name: String, count: Int) throws {
    let kernels = try Kernels.named(name)
    for place in 0..<count {
      var x = [Float](repeating: 1, count: count)
      x[place] = .nan
      kernels.softmax(&x, visible: count, total: count)
      #expect(x.allSatisfy { $0.isNaN })

      x = [Float](repeating: 1, count: count)
      x[place] = .infinity
      kernels.softmax(&x, visible: count, total: count)
      #expect(x[place].isNaN)

      x = [Float](repeating: -.infinity, count: count)
      x[place] = 3e38
      kernels.softmax(&x, visible: count, total: count)
      #expect(x.indices.allSatisfy { x[$0] == ($0 == place ? 1 : 0) })
    }
    var x = [Float](repeating: -.infinity, count: count)
    kernels.softmax(&x, visible: count, total: count)
    #expect(x.allSatisfy { $0.isNaN })
  }

  @Test(arguments: kernelNames) func expSumIsASumInDouble(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count, 300)
      let truth = x.reduce(0.0) { $0 + exp(Double($1 * 2)) }
      let found = kernels.expSum(x, count: count, scale: 2)
      #expect((found - truth).magnitude <= 2e-7 * truth, "\(count): \(found) for \(truth)")
    }
    #expect(kernels.expSum([1, .nan, 2], count: 3).isNaN)
    #expect(kernels.expSum([-.infinity, -800], count: 2) == 0)
    #expect(kernels.expSum([1, 710], count: 2) == .infinity)
  }

  @Test(arguments: kernelNames) func logSumExpIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths + [49152] {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count, 30)
      let truth = softmax(x[...], scale: 1).logSumExp
      #expect(close(kernels.logSumExp(x, count: count), truth, relative: 3e-7, absolute: 1e-6))
    }
    #expect(kernels.logSumExp([.nan, 1], count: 2).isNaN)
    #expect(kernels.logSumExp([.nan], count: 1).isNaN)
    #expect(kernels.logSumExp([.infinity, 1], count: 2) == .infinity)
    #expect(kernels.logSumExp([-.infinity, -.infinity], count: 2) == -.infinity)
    #expect(kernels.logSumExp([-.infinity, -2e38], count: 2) == -2e38)
  }

  @Test(arguments: kernelNames) func rmsNormIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    for count in lengths {
      var random = Randomness(state: UInt64(count))
      let x = random.floats(count, 5), weight = random.floats(count)
      let meanSquare = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
      let truth = zip(x, weight).map { Double($0) / (meanSquare + 1e-5).squareRoot() * Double($1) }
      let out = Guarded<UInt32>(count: count)
      out.withFloats { kernels.rmsNorm(count: count, x, weight: weight, epsilon: 1e-5, into: $0) }
      #expect(out.isIntact)
      #expect(close(out.floats, truth, relative: 1e-6))

      let inPlace = Guarded(x)
      inPlace.withFloats { kernels.rmsNorm(count: count, $0, weight: weight, epsilon: 1e-5, into: $0) }
      #expect(identical(inPlace.values, out.values))
    }
  }

  @Test(arguments: kernelNames) func rotationIsItsDefinition(name: String) throws {
    let kernels = try Kernels.named(name)
    for half in 1...40 {
      for heads in 0...3 {
        var random = Randomness(state: UInt64(half))
        let stride = 2 * half + heads
        let before = random.floats(heads * stride)
        let angles = random.floats(half, 3).map(Double.init)
        let cosines = angles.map { Float(cos($0)) }, sines = angles.map { Float(sin($0)) }
        var truth = before.map(Double.init)
        for head in 0..<heads {
          for i in 0..<half {
            let low = head * stride + i, high = low + half
            let (first, second) = (truth[low], truth[high])
            truth[low] = first * cos(angles[i]) - second * sin(angles[i])
            truth[high] = second * cos(angles[i]) + first * sin(angles[i])
          }
        }
        let x = Guarded(before)
        x.withFloats {
          kernels.rotate(
            heads: heads, headDimension: 2 * half, $0, stride: stride, cosines: cosines, sines: sines)
        }
        #expect(x.isIntact)
        #expect(close(x.floats, truth, relative: 0, absolute: 3e-7))
      }
    }
  }
}
