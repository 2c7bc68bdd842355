import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Ids and texts of the `sentencepiece` package: `fixtures/sentencepiece/make_golden.py`.
@Suite struct SentencePieceGoldenTests {
  @Test(arguments: Fixtures.sentencePieceModels) func ids(model: String) throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition(model))
    let cases: [JSONFields] = try Fixtures.sentencePieceGolden(model).required("cases")
    #expect(cases.count == 106)
    for fields in cases {
      let name: String = try fields.required("name")
      let text: String = try fields.required("text")
      let expected: [Int32] = try fields.required("ids")
      #expect(tokenizer.encode(text) == expected, "\(name)")
    }
  }

  @Test(arguments: Fixtures.sentencePieceModels) func decoding(model: String) throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition(model))
    let cases: [JSONFields] = try Fixtures.sentencePieceGolden(model).required("cases")
    for fields in cases {
      let name: String = try fields.required("name")
      let ids: [Int32] = try fields.required("ids")
      let text: String = try fields.required("text")
      let decoded = try fields.optional("decoded") ?? text
      #expect(tokenizer.decode(ids, isStart: true) == Array(decoded.utf8), "\(name)")
    }
  }
}
