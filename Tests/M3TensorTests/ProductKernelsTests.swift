import M3Tensor
import Testing

/// Vector codes against their definitions.
@Suite struct ProductKernelsTests {
  @Test(arguments: kernelNames, [1, 3, 8, 15, 16, 63, 64, 65, 80, 128, 130])
  func sumsOfCentroidsBitForBit(name: String, dimension: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(dimension))
    let sizes = [5, 1, 300, 2]
    let tables = (0..<sizes.reduce(0, +) * dimension).map { _ in Int16(random.next() % 16_383) - 8191 }
    let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) * dimension }
    let (scale, mean) = (random.floats(dimension), random.floats(dimension))
    let rows = 9
    let codes = (0..<rows).flatMap { _ in sizes.map { UInt32(random.next() % UInt64($0)) } }
    let expected = (0..<rows).flatMap { row in
      (0..<dimension).map { index in
        let sum = sizes.indices.reduce(0) { sum, code in
          sum + Int(tables[starts[code] + Int(codes[row * sizes.count + code]) * dimension + index])
        }
        return mean[index] + scale[index] * Float(sum)
      }
    }
    let out = Guarded<UInt32>(count: expected.count)
    out.withFloats {
      kernels.sumCentroids(
        rows: rows, dimension: dimension, codes: codes, tables: tables, starts: starts, scale: scale, mean: mean,
        into: $0)
    }
    #expect(out.isIntact)
    #expect(identical(out.values, expected.map(\.bitPattern)))
  }

  /// Sums of few values: there are many equal ones.
  @Test(arguments: kernelNames, lengths)
  func largestSumIsTheFirstOfTheLargest(name: String, count: Int) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(count))
    let (rows, stride) = (5, count + 3)
    let x = (0..<rows * stride).map { _ in Float(random.next() % 8) }
    let bias = (0..<count).map { _ in Float(random.next() % 4) }
    var best: [Float] = [-.infinity, 3, 10, 6, -.infinity]
    var indices = [UInt32](repeating: 77, count: rows)
    let before = best
    kernels.largestSum(
      rows: rows, count: count, x, stride: stride, bias: bias, first: 1000, best: &best, indices: &indices)
    for row in 0..<rows {
      let sums = (0..<count).map { x[row * stride + $0] + bias[$0] }
      let largest = sums.max() ?? -.infinity
      let isRaised = largest > before[row]
      #expect(best[row] == (isRaised ? largest : before[row]))
      #expect(indices[row] == (isRaised ? UInt32(1000 + sums.firstIndex(of: largest)!) : 77))
    }
  }

  @Test(arguments: kernelNames, lengths)
  func largestSumsAreTheFirstOfASortedList(name: String, count: Int) throws {
    let kernels = try Kernels.named(name)
    for kept in [1, 2, 5, 9] {
      var random = Randomness(state: UInt64(count * 16 + kept))
      var best = [Float](repeating: -.infinity, count: kept)
      var indices = [UInt32](repeating: 0, count: kept)
      var all: [(value: Float, index: UInt32)] = []
      // Two lists one after the other, the second with another offset.
      for (first, offset) in [(0, Float(0)), (5000, 1)] {
        let x = (0..<count).map { _ in Float(random.next() % 64) }
        let bias = (0..<count).map { _ in Float(random.next() % 4) }
        kernels.largestSums(
          count: count, x, bias: bias, offset: offset, first: first, kept: kept, best: &best, indices: &indices)
        all += (0..<count).map { (x[$0] + bias[$0] + offset, UInt32(first + $0)) }
      }
      let sorted = all.sorted { ($0.value, $1.index) > ($1.value, $0.index) }.prefix(kept)
      #expect(Array(best.prefix(sorted.count)) == sorted.map(\.value))
      #expect(Array(indices.prefix(sorted.count)) == sorted.map(\.index))
      #expect(best.dropFirst(sorted.count).allSatisfy { $0 == -.infinity })
    }
  }
}
