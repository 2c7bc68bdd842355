import Glibc
import M3Filter
import M3JSON
import M3TestSupport
import Testing

@Suite struct QualityFiguresTests {
  @Test func scikitLearnAndSciPyFindTheSame() throws {
    let cases = try Fixtures.golden("filter/quality.golden.json").required("figures", as: [JSONFields].self)
    #expect(cases.count == 3)
    for entry in cases {
      let name: String = try entry.required("name")
      let scores: [Double] = try entry.required("scores")
      let figures = QualityFigures(scores: scores, targets: try entry.required("targets"))
      let area = try #require(figures.area)
      #expect(abs(area.value - (try entry.required("auc"))) < 1e-12, "\(name)")
      #expect(abs(figures.logLoss - (try entry.required("log_loss"))) < 1e-12, "\(name)")
      #expect(abs(figures.brier - (try entry.required("brier"))) < 1e-12, "\(name)")
      #expect(abs(try #require(figures.spearman) - (try entry.required("spearman"))) < 1e-12, "\(name)")
      let error = try entry.required("variance", as: Double.self).squareRoot()
      #expect(abs(area.interval.lowerBound - (area.value - 1.959963984540054 * error)) < 1e-12, "\(name)")
      #expect(abs(area.interval.upperBound - min(1, area.value + 1.959963984540054 * error)) < 1e-12, "\(name)")
    }
  }

  /// All pairs, one by one.
  @Test(arguments: 1...20) func theAreaCountsPairs(seed: Int) {
    var random = Randomness(seed: UInt64(seed))
    let count = 2 + random.integer(below: 60)
    let values = 1 + random.integer(below: 12)
    let scores = (0..<count).map { _ in Double(random.integer(below: values)) / 12 }
    let isPositive = (0..<count).map { $0 == 0 || ($0 > 1 && random.integer(below: 2) == 0) }
    var (wins, pairs) = (0, 0)
    for first in scores.indices where isPositive[first] {
      for second in scores.indices where !isPositive[second] {
        pairs += 2
        wins += scores[first] > scores[second] ? 2 : scores[first] == scores[second] ? 1 : 0
      }
    }
    #expect(AreaUnderCurve(scores: scores, isPositive: isPositive)?.value == Double(wins) / Double(pairs))
  }

  @Test func oneKindAloneHasNoArea() {
    #expect(AreaUnderCurve(scores: [0.1, 0.2], isPositive: [true, true]) == nil)
    #expect(AreaUnderCurve(scores: [0.1, 0.2], isPositive: [false, false]) == nil)
    #expect(AreaUnderCurve(scores: [], isPositive: []) == nil)
    let perfect = AreaUnderCurve(scores: [0.1, 0.2], isPositive: [false, true])
    #expect(perfect?.value == 1 && perfect?.interval == 1...1)
  }

  @Test func binsHoldTheirEdges() {
    let figures = QualityFigures(scores: [0, 0.0999, 0.1, 0.55, 0.9, 1], targets: [0, 1, 0, 1, 1, 1])
    #expect(figures.reliability.map(\.count) == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2])
    #expect(figures.reliability[0].meanLabel == 0.5)
    #expect(figures.reliability[9].meanScore == 0.95)
    #expect(figures.positiveCount == 4)
    let expected = (2 * abs(0.0999 / 2 - 0.5) + 0.1 + 0.45 + 2 * 0.05) / 6
    #expect(abs(figures.calibrationError - expected) < 1e-12)
  }

  /// A score of 0 for a good text costs 15 decades and not infinity.
  @Test func certainErrorsAreBounded() {
    let figures = QualityFigures(scores: [0], targets: [1])
    #expect(abs(figures.logLoss - 15 * log(10)) < 1e-9)
    #expect(figures.area == nil && figures.spearman == nil && figures.brier == 1)
  }

  @Test func ranksShareTheirMean() {
    #expect(RankCorrelation.ranks([3, 1, 3, 2, 3]) == [4, 1, 4, 2, 4])
    #expect(RankCorrelation.spearman([1, 2, 3], [10, 20, 90]) == 1)
    #expect(RankCorrelation.spearman([1, 2, 3], [9, 5, 1]) == -1)
    #expect(RankCorrelation.spearman([1, 1, 1], [9, 5, 1]) == nil)
  }
}
