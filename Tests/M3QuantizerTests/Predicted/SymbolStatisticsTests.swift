import M3Codec
import M3Quantizer
import M3TestSupport
import Testing

@Suite("Symbol models from residuals")
struct SymbolStatisticsTests {
  static let deviations: [Float] = [4, 2, 1, 0.3]

  static func residuals(_ tokens: Int, seed: UInt64) -> [Float] {
    var random = Randomness(seed: seed)
    // Products of two uniform numbers: more peaked than one, with a tail.
    return (0..<tokens * deviations.count).map {
      random.float() * random.float() * 3 * deviations[$0 % deviations.count]
    }
  }

  @Test("frequencies add up and none is 0, with and without observations")
  func sums() throws {
    let sample = ResidualSample(residuals: [Self.residuals(300, seed: 1)])
    for steps in [[], [Float(0.25), 1]] {
      let model = try sample.statistics(deviations: Self.deviations, steps: steps, workers: 1)
      #expect(model.frequencies.count == SymbolModel.classCount * SymbolModel.contextCount * SymbolModel.symbolCount)
      for first in stride(from: 0, to: model.frequencies.count, by: SymbolModel.symbolCount) {
        let table = model.frequencies[first..<first + SymbolModel.symbolCount]
        #expect(table.reduce(0) { $0 + Int($1) } == 1 << SymbolModel.frequencyBits)
        #expect(table.allSatisfy { $0 >= 1 })
      }
      #expect(model.corrections.allSatisfy { abs($0) <= 0.5 })
    }
  }

  @Test("tables and corrections tend to what was observed, the same by any number of workers")
  func observed() throws {
    let memories = (0..<6).map { Self.residuals(4000, seed: UInt64($0)) }
    let step: Float = 0.5
    let sample = ResidualSample(residuals: memories)
    let model = try sample.statistics(deviations: Self.deviations, steps: [step], workers: 1)
    var counts = [Int: Int]()
    var offsets = [Int: (sum: Double, count: Int)]()
    for residuals in memories {
      try CodeWalk.visit(residuals: residuals, step: step, deviations: Self.deviations) { code in
        let table = code.scaleClass * SymbolModel.contextCount + code.context
        counts[table * SymbolModel.symbolCount + code.symbol, default: 0] += 1
        if code.code != 0 {
          let magnitude = Double(residuals[code.token * Self.deviations.count + code.component].magnitude / step)
          let group = 3 * code.scaleClass + min(Int(code.code.magnitude), 3) - 1
          let old = offsets[group, default: (0, 0)]
          offsets[group] = (old.sum + magnitude - Double(code.code.magnitude), old.count + 1)
        }
      }
    }
    #expect(counts.values.reduce(0, +) == 6 * 4000 * 4)
    for first in stride(from: 0, to: model.frequencies.count, by: SymbolModel.symbolCount) {
      let seen = (first..<first + SymbolModel.symbolCount).map { counts[$0, default: 0] }
      let total = seen.reduce(0, +)
      guard total > 3000 else { continue }
      for (index, count) in seen.enumerated() {
        let share = Double(model.frequencies[first + index]) / Double(1 << SymbolModel.frequencyBits)
        #expect(abs(share - Double(count) / Double(total)) < 0.02)
      }
    }
    for (group, offset) in offsets where offset.count > 2000 {
      #expect(abs(Double(model.corrections[group]) - offset.sum / Double(offset.count)) < 0.02)
    }
    for workers in 2...3 {
      #expect(try sample.statistics(deviations: Self.deviations, steps: [step], workers: workers) == model)
    }
  }

  @Test("frequencies of shares", arguments: [[1.0, 0, 0], [0.5, 0.25, 0.25], [1 / 3.0, 1 / 3.0, 1 / 3.0 + 1e-9]])
  func frequencies(shares: [Double]) {
    let found = SymbolFrequencies.whole(shares)
    #expect(found.reduce(0) { $0 + Int($1) } == 1 << SymbolModel.frequencyBits)
    for (frequency, share) in zip(found, shares) {
      #expect(abs(Double(frequency) - share * Double(1 << SymbolModel.frequencyBits)) <= 3)
      #expect(frequency >= 1)
    }
  }

  @Test("a Laplacian's codes: shares of all symbols, offsets within an interval", arguments: 0..<SymbolModel.classCount)
  func laplacian(scaleClass: Int) {
    let shares = LaplacianCodes.shares(scaleClass: scaleClass)
    #expect(shares.count == SymbolModel.symbolCount)
    #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
    #expect(shares.allSatisfy { $0 >= 0 })
    for magnitude in 1...3 {
      let offset = LaplacianCodes.offset(scaleClass: scaleClass, magnitude: magnitude)
      // Less than the middle of the interval, which begins at −.3, for the density falls.
      #expect(offset > -0.3 && offset < 0.2)
    }
  }
}
