import M3Encoder
import M3JSON
import M3Memory
import M3TestSupport
import Testing

/// Scores and kept tokens against `transformers`.
@Suite struct GoldenTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: [("paper", SelectionRule.attention), ("received", .received)], TinyEncoding.kernels)
  func scores(rule: (field: String, rule: SelectionRule), kernels: String) throws {
    let golden = try Fixtures.golden("evaluation/tiny/golden.json").required("scores", as: [JSONFields].self)
    #expect(golden.count == 3)
    let encoder = ReferenceEncoder(
      model: tiny.models[kernels]!, bos: tiny.bos(), configuration: tiny.configuration(rule.rule))
    for expected in golden {
      _ = try encoder.encode([tiny.tokens(expected.required("reference_id"))])
      let values = try expected.required(rule.field, as: [Double].self)
      #expect(largestDifference(encoder.scores[0], values) < 1e-4)
    }
  }

  @Test(arguments: TinyEncoding.kernels)
  func adaptiveSelectionsByReconstruction(kernels: String) throws {
    let golden = try Fixtures.golden("evaluation/tiny/golden.json").required("selections", as: [JSONFields].self)
    #expect(golden.count == 6)
    for expected in golden {
      let tokensPerHead: Int = try expected.required("tokens_per_head")
      let encoder = ReferenceEncoder(
        model: tiny.models[kernels]!, bos: tiny.bos(), configuration: tiny.configuration(tokensPerHead: tokensPerHead))
      let memory = try encoder.encode([tiny.tokens(expected.required("reference_id"))])[0]
      #expect(memory.kept == (try expected.required("kept", as: [[[Int]]].self)).flatMap { $0 })

      let ranked = encoder.scores[0].sorted(by: >)
      #expect(
        abs(Double(ranked[memory.rowCount - 1]) - (try expected.required("smallest_kept", as: Double.self))) < 1e-5)
      #expect(abs(Double(ranked[memory.rowCount]) - (try expected.required("largest_dropped", as: Double.self))) < 1e-5)
    }
  }
}

func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) { largest, pair in
    let difference = (Double(pair.0) - pair.1).magnitude
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}
