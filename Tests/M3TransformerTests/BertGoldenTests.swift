import M3JSON
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

/// Hidden states against `transformers`.
@Suite struct BertGoldenTests {
  static let kernels = Kernels.available.map(\.name)

  @Test(arguments: kernels) func hiddenStates(kernels: String) throws {
    let pass = BertPass(model: try TinyBert.model(kernels: .named(kernels)))
    let cases = try Fixtures.golden("bert/tiny.golden.json").required("cases", as: [JSONFields].self)
    #expect(cases.count == 5)
    for golden in cases { try expectStates(of: pass, golden) }
  }

  @Test(arguments: kernels) func otherActivations(kernels: String) throws {
    let cases = try Fixtures.golden("bert/tiny.golden.json").required("activations", as: [JSONFields].self)
    #expect(cases.count == 2)
    for golden in cases {
      let name: String = try golden.required("hidden_act")
      let model = try TinyBert.model(kernels: .named(kernels)) { $0["hidden_act"] = .string(name) }
      try expectStates(of: BertPass(model: model), golden)
    }
  }

  private func expectStates(of pass: BertPass, _ golden: JSONFields) throws {
    let tokens = try golden.required("token_ids", as: [Int32].self)
    let expected = try golden.required("hidden_states", as: [Double].self)
    let found = pass.states([tokens], width: 32)[0]
    // Two layers of sums of 48 terms, normalized to values near 1.
    #expect(largestDifference(found, expected) < 5e-6)
  }
}
