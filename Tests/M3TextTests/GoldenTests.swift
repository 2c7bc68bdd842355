import M3JSON
import M3TestSupport
import M3Text
import M3Weights
import Testing

/// Ids of the `tokenizers` package: `fixtures/tokenizer/make_golden.py`.
@Suite struct GoldenTests {
  static let preTokenizers = ["smollm", "gpt-2"]

  @Test(arguments: preTokenizers) func tinyVocabulary(preTokenizer: String) throws {
    try check("tiny", model: Fixtures.tinyModel, preTokenizer: preTokenizer)
  }

  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: preTokenizers)
  func smolLM2Vocabulary(preTokenizer: String) throws {
    try check("smollm2", model: try #require(Fixtures.smollm2), preTokenizer: preTokenizer)
  }

  private func check(_ golden: String, model: String, preTokenizer: String) throws {
    var definition = try TokenizerDefinition(GGUFFile(path: model))
    definition.preTokenizer = preTokenizer
    let tokenizer = try Tokenizer(definition)
    let cases: [JSONFields] = try Fixtures.tokenizerGolden(golden).required("cases")
    #expect(cases.count == 92)
    for fields in cases {
      let name: String = try fields.required("name")
      let text: String = try fields.required("text")
      let expected: [Int32] = try fields.required(preTokenizer)
      #expect(tokenizer.encode(text) == expected, "\(name)")
    }
  }
}
