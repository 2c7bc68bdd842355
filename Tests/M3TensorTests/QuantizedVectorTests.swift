import M3Tensor
import Testing

@Suite struct QuantizedVectorTests {
  private func rounded(_ x: [Float], _ kernels: Kernels) -> [Float] {
    let vector = QuantizedVector(capacity: x.count)
    kernels.quantize(count: x.count, x, into: vector)
    return x.indices.map { vector[$0] }
  }

  /// By definition: code = x · 127 / largest, to the nearest, ties to even, times largest / 127.
  @Test(arguments: kernelNames, 1...20) func isItsDefinition(name: String, seed: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(seed))
    let magnitudes: [Float] = [1, 1e-20, 1e20, 0x1p-100, .greatestFiniteMagnitude]
    let x = (magnitudes + magnitudes.reversed() + [0, 1, 7]).flatMap { random.floats(32, $0) }
    var expected: [Float] = []
    for start in stride(from: 0, to: x.count, by: 32) {
      let block = x[start..<start + 32]
      let largest = block.map(\.magnitude).max()!
      expected += block.map { x in
        let code = largest < 0x1p-100 ? 0 : Int((x * (127 / largest)).rounded(.toNearestOrEven))
        return largest / 127 * Float(code)
      }
    }
    #expect(identical(rounded(x, kernels), expected))
  }

  @Test(arguments: kernelNames) func tiesGoToEven(name: String) throws {
    var x = (0..<32).map { Float($0) - 15.5 }
    x[0] = 127
    let expected = x.map { $0.rounded(.toNearestOrEven) }
    #expect(try rounded(x, Kernels.named(name)) == expected)
  }

  /// Zero where nothing can be told apart from it, NaN where a number is none, at every place of a block.
  @Test(arguments: kernelNames) func specialValues(name: String) throws {
    let kernels = try Kernels.named(name)
    for x in [0, -0, .leastNonzeroMagnitude, -0x1p-101, 0x1.fffffep-101] as [Float] {
      #expect(rounded(Array(repeating: x, count: 64), kernels).allSatisfy { $0 == 0 })
    }
    for value in [Float.nan, .infinity, -.infinity] {
      for place in 0..<32 {
        var x = [Float](repeating: 1, count: 96)
        x[32 + place] = value
        let found = rounded(x, kernels)
        #expect((0..<96).allSatisfy { found[$0].isNaN == (32..<64).contains($0) })
        #expect(found[0] == 1 && found[95] == 1)
      }
    }
  }
}
