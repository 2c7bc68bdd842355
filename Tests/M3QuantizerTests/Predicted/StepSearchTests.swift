import M3Quantizer
import Testing

@Suite("The step of a budget")
struct StepSearchTests {
  /// Sizes that fall by a power of the step, as a high rate's do.
  static func size(_ step: Float) -> Double { 100 + 4000 / Double(step) }

  @Test("a step within half a percent", arguments: [150.0, 500, 4096, 100_000])
  func found(budget: Double) throws {
    var calls = 0
    let step = try StepSearch.step(budget: budget, steps: 0.01...100) {
      calls += 1
      return Self.size($0)
    }
    #expect(abs(Self.size(step) / budget - 1) <= 0.005)
    #expect(calls < 20)
  }

  @Test("the ends of the range are steps too")
  func ends() throws {
    #expect(try StepSearch.step(budget: 140, steps: 0.01...100, size: Self.size) == 100)
    #expect(try StepSearch.step(budget: 400_100, steps: 0.01...100, size: Self.size) == 0.01)
  }

  @Test("where sizes jump over the budget, the size is below it")
  func jump() throws {
    let step = try StepSearch.step(budget: 100, steps: 0.1...10) { $0 < 2.5 ? 120 : 80 }
    #expect(step >= 2.5 && step < 2.51)
  }

  @Test("a budget out of reach is refused with what can be reached")
  func unreachable() {
    #expect(throws: BudgetError.belowLeast(budget: 100, least: 140)) {
      try StepSearch.step(budget: 100, steps: 0.01...100, size: Self.size)
    }
    #expect(throws: BudgetError.aboveLargest(budget: 500, largest: 140)) {
      try StepSearch.step(budget: 500, steps: 100...200, size: Self.size)
    }
  }
}
