import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Ids of the `tokenizers` package with the patterns of Llama 3 and Qwen2: `fixtures/tokenizer/make_golden.py`.
@Suite struct SplitGoldenTests {
  static let names = ["llama-bpe", "llama3", "llama-v3", "qwen2", "deepseek-r1-qwen"]

  @Test(arguments: names) func ids(preTokenizer: String) throws {
    let golden = try Self.golden(preTokenizer)
    let tokenizer = try Tokenizer(Self.definition(preTokenizer))
    let cases: [JSONFields] = try golden.required("cases")
    #expect(cases.count == 111)
    for fields in cases {
      let name: String = try fields.required("name")
      let text: String = try fields.required("text")
      let expected: [Int32] = try fields.required("ids")
      #expect(tokenizer.encode(text) == expected, "\(name)")
      // `qwen2` composes a text first, and gives one back that is canonically the same.
      let decoded = String(decoding: tokenizer.decode(expected), as: UTF8.self)
      #expect(preTokenizer.hasPrefix("llama") ? decoded.utf8.elementsEqual(text.utf8) : decoded == text, "\(name)")
    }
  }

  @Test(arguments: names) func controlTokensInSettings(preTokenizer: String) throws {
    let golden = try Self.golden(preTokenizer)
    let tokenizer = try Tokenizer(Self.definition(preTokenizer))
    let text: String = try golden.required("control_text")
    let expected: [Int32] = try golden.required("control_ids")
    #expect(tokenizer.encodeWithControlTokens(text) == expected)
    #expect(tokenizer.encode(text).allSatisfy { !tokenizer.isControl($0) })
  }

  /// A vocabulary entry that no merge makes: `llama-bpe` alone takes a word for it, at any length.
  @Test(arguments: [" memory", " internationalisation", " x" + String(repeating: "y", count: 80)])
  func wordsThatMergesDoNotMake(word: String) throws {
    let spelling = "Ġ" + word.dropFirst()
    let llama = try Tokenizer(Self.definition("llama-bpe"))
    #expect(llama.encode(word) == [try #require(llama.token(spelled: spelling))])
    #expect(llama.encode(word + "s").count > 1)
    let qwen = try Tokenizer(Self.definition("qwen2"))
    let id = try #require(qwen.token(spelled: spelling))
    #expect(!qwen.encode(word).contains(id))
  }

  /// The golden vocabulary of a name, with its control tokens behind the ordinary ones.
  private static func definition(_ preTokenizer: String) throws -> TokenizerDefinition {
    let golden = try golden(preTokenizer)
    let tokens: [String] = try golden.required("tokens")
    let merges: [String] = try golden.required("merges")
    let controlTokens: [String] = try golden.required("control_tokens")
    return TokenizerDefinition(
      model: "gpt2", preTokenizer: preTokenizer, tokens: (tokens + controlTokens).map { Array($0.utf8) },
      merges: merges.map { Array($0.utf8) },
      types: tokens.map { _ in 1 } + controlTokens.map { _ in 3 })
  }

  private static func golden(_ preTokenizer: String) throws -> JSONFields {
    try Fixtures.tokenizerGolden(preTokenizer.hasPrefix("llama") ? "llama-bpe" : "qwen2")
  }
}
