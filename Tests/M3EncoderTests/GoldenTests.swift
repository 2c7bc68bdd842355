import M3Encoder
import M3JSON
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// Scores and kept tokens against `transformers`.
@Suite struct GoldenTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: [("paper", SelectionRule.attention), ("received", .received)], TinyEncoding.kernels)
  func scores(rule: (field: String, rule: SelectionRule), kernels: String) throws {
    let golden = try Fixtures.golden("evaluation/tiny/golden.json").required("scores", as: [JSONFields].self)
    #expect(golden.count == 3)
    let encoder = ReferenceEncoder(
      model: tiny.models[kernels]!, bos: tiny.bos(),
      configuration: tiny.configuration(rule.rule, keySpace: .afterRotation))
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
        model: tiny.models[kernels]!, bos: tiny.bos(),
        configuration: tiny.configuration(tokensPerHead: tokensPerHead, keySpace: .afterRotation))
      let memory = try encoder.encode([tiny.tokens(expected.required("reference_id"))])[0]
      #expect(memory.kept == (try expected.required("kept", as: [[[Int]]].self)).flatMap { $0 })

      let ranked = encoder.scores[0].sorted(by: >)
      #expect(
        abs(Double(ranked[memory.rowCount - 1]) - (try expected.required("smallest_kept", as: Double.self))) < 1e-5)
      #expect(abs(Double(ranked[memory.rowCount]) - (try expected.required("largest_dropped", as: Double.self))) < 1e-5)
    }
  }

  /// The real model: scores of the cut lie closer together than a wrong rule could leave them.
  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: [2, 8])
  func adaptiveSelectionsOfSmolLM2(tokensPerHead: Int) throws {
    let file = try GGUFFile(path: Fixtures.smollm2 ?? "")
    let (model, tokenizer) = (try LlamaModel(file), try Tokenizer(TokenizerDefinition(file)))
    let reader = try ReferenceReader(path: Fixtures.path("evaluation/smollm2/references/part-00000.jsonl.zst"))
    var references: [Reference] = []
    while case .record(let reference)? = try reader.next() { references.append(reference) }
    let encoder = ReferenceEncoder(
      model: model, bos: BOSMemory(tokens: [0], model: model),
      configuration: EncoderConfiguration(
        rule: .reconstruction, allocation: .adaptive, tokensPerHead: tokensPerHead, memoryLayers: Array(0..<30),
        keySpace: .afterRotation, repeatPrompt: tokenizer.encode("\n\nRepeat the text above:\n")))
    let memories = try encoder.encode(references.map { tokenizer.encode($0.text) })
    let golden = try Fixtures.golden("evaluation/smollm2/golden.json").required("selections", as: [JSONFields].self)
    for (reference, memory) in zip(references, memories) {
      let expected = try golden.first {
        try $0.required("reference_id") == reference.id && $0.required("tokens_per_head") == tokensPerHead
      }
      #expect(memory.kept == (try expected?.required("kept", as: [[[Int]]].self))?.flatMap { $0 })
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
