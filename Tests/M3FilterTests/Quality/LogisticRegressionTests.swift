import Glibc
import M3Filter
import M3JSON
import M3TestSupport
import Testing

@Suite struct LogisticRegressionTests {
  @Test func scikitLearnFindsTheSameWeights() throws {
    let golden = try Fixtures.golden("filter/quality.golden.json")
    let cases = try golden.required("regressions", as: [JSONFields].self)
    #expect(cases.count == 4)
    for entry in cases {
      let vectors = try entry.required("vectors", as: [[Double]].self).map { $0.map { Float($0) } }
      let regression = LogisticRegression(
        design: DesignMatrix(vectors, Standardization(vectors)), targets: try entry.required("targets"),
        lambda: try entry.required("penalty"))
      let found = try regression.fit()
      let expected = try entry.required("weights", as: [Double].self) + [entry.required("bias")]
      #expect(found.count == expected.count)
      let name: String = try entry.required("name")
      for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-7, "\(name)") }
    }
  }

  /// The gradient vanishes at the optimum, and is the slope of the objective elsewhere.
  @Test(arguments: [UInt64(1), 2, 3]) func theGradientIsTheSlope(seed: UInt64) throws {
    let (regression, count) = try Self.problem(seed: seed)
    let optimum = try regression.fit()
    let design = regression.design
    let atOptimum = regression.gradient(optimum, design.product(optimum))
    #expect(atOptimum.allSatisfy { abs($0) <= LogisticRegression.tolerance })
    var random = Randomness(seed: seed + 10)
    let place = random.floats(count + 1).map { Double($0) }
    let gradient = regression.gradient(place, design.product(place))
    let step = 1e-5
    for index in place.indices {
      var (left, right) = (place, place)
      left[index] -= step
      right[index] += step
      let slope =
        (regression.objective(right, design.product(right)) - regression.objective(left, design.product(left)))
        / (2 * step)
      #expect(abs(slope - gradient[index]) < 1e-8)
      // A minimum: no step away from the optimum makes it smaller.
      for change in [-1e-3, 1e-3] {
        var away = optimum
        away[index] += change
        #expect(
          regression.objective(away, design.product(away)) > regression.objective(optimum, design.product(optimum)))
      }
    }
  }

  /// Without features the bias is the logit of the mean target.
  @Test func theBiasAloneIsTheMeansLogit() throws {
    let targets = [1, 0, 0.25, 0.75, 0.5, 0.1]
    let design = DesignMatrix(count: 6, featureCount: 1) { _, _ in 0 }
    let found = try LogisticRegression(design: design, targets: targets, lambda: 1).fit()
    let mean = targets.reduce(0, +) / 6
    #expect(found[0] == 0)
    #expect(abs(found[1] - log(mean / (1 - mean))) < 1e-9)
  }

  /// Two points ±1 with labels 1 and 0: by symmetry no bias, and the weight solves λw = 1 − σ(w).
  @Test(arguments: [1e-4, 0.01, 1.0]) func separableLabelsHaveAFiniteWeight(lambda: Double) throws {
    let design = DesignMatrix(count: 2, featureCount: 1) { example, _ in example == 0 ? 1 : -1 }
    let found = try LogisticRegression(design: design, targets: [1, 0], lambda: lambda).fit()
    #expect(abs(found[1]) < 1e-9)
    #expect(abs(lambda * found[0] - 1 / (1 + exp(found[0]))) < 1e-9)
  }

  /// A start elsewhere ends in the same place.
  @Test func theStartDoesNotMatter() throws {
    let (regression, count) = try Self.problem(seed: 4)
    let far = try regression.fit(from: [Double](repeating: 3, count: count + 1))
    for (left, right) in zip(try regression.fit(), far) { #expect(abs(left - right) < 1e-7) }
  }

  /// Tile by tile as one would write it down, at sizes that leave pads in every direction.
  @Test(arguments: [1, 2, 3, 255, 256, 257, 600]) func theGramMatrixIsItsDefinition(count: Int) {
    for features in [1, 2, 3, 4, 5, 8] {
      var random = Randomness(seed: UInt64(count * 10 + features))
      let values = (0..<count).map { _ in random.floats(features).map { Double($0) } + [1] }
      let weights = random.floats(count).map { Double($0) }
      let gram = DesignMatrix(count: count, featureCount: features) { values[$0][$1] }.weightedGram(weights)
      #expect(gram.count == (features + 1) * (features + 1))
      for row in 0...features {
        for column in 0...row {
          let sum = values.indices.reduce(0) { $0 + weights[$1] * values[$1][row] * values[$1][column] }
          #expect(abs(gram[row * (features + 1) + column] - sum) < 1e-12 * Double(count))
        }
      }
    }
  }

  @Test(arguments: 1...12) func choleskySolves(order: Int) {
    var random = Randomness(seed: UInt64(order))
    let root = (0..<order).map { _ in random.floats(order).map { Double($0) } }
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0..<order {
        matrix[row * order + column] = zip(root[row], root[column]).reduce(row == column ? 0.1 : 0) { $0 + $1.0 * $1.1 }
      }
    }
    let expected = random.floats(order).map { Double($0) }
    let right = (0..<order).map { row in
      (0..<order).reduce(0) { $0 + matrix[row * order + $1] * expected[$1] }
    }
    let found = Cholesky(matrix, order: order)!.solve(right)
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-9) }
  }

  @Test func whatIsNotPositiveDefiniteHasNoFactor() {
    #expect(Cholesky([1, 0, 2, 1], order: 2) == nil)
    #expect(Cholesky([0], order: 1) == nil)
    #expect(Cholesky([.nan], order: 1) == nil)
    #expect(Cholesky([.infinity], order: 1) == nil)
  }

  /// Logits that are k times too large are brought back by a slope near 1/k.
  @Test func plattsLineUndoesAScale() throws {
    var random = Randomness(seed: 9)
    var (logits, targets): ([Double], [Double]) = ([], [])
    for _ in 0..<4000 {
      let logit = Double(random.float(3))
      targets.append(Double(random.float(0.5) + 0.5) < 1 / (1 + exp(-logit)) ? 1 : 0)
      logits.append(4 * logit + 2)
    }
    let scaling = try #require(PlattScaling(logits: logits, targets: targets))
    #expect(abs(scaling.slope - 0.25) < 0.02)
    #expect(abs(scaling.intercept + 0.5) < 0.15)
    // Without Platt's targets there would be no largest slope here.
    #expect(PlattScaling(logits: [-2, -1, 1, 2], targets: [0, 0, 1, 1])!.slope > 0)
    #expect(PlattScaling(logits: [-2, -1, 1, 2], targets: [1, 1, 0, 0]) == nil)
  }

  private static func problem(seed: UInt64) throws -> (regression: LogisticRegression, features: Int) {
    var random = Randomness(seed: seed)
    let vectors = (0..<37).map { _ in random.floats(6) }
    let targets = (0..<37).map { _ in Double(random.float(0.5) + 0.5) }
    let design = DesignMatrix(vectors, Standardization(vectors))
    return (LogisticRegression(design: design, targets: targets, lambda: 0.02), 6)
  }
}
