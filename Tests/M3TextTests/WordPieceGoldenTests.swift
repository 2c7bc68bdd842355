import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Ids as the `tokenizers` package gives them.
@Suite struct WordPieceGoldenTests {
  private static let anyLength = 1 << 20

  private static func texts(_ golden: JSONFields) throws -> [String] {
    let texts: [String] = try golden.required("texts")
    try #require(texts.count > 60)
    return texts
  }

  private static func compare(
    _ tokenizer: WordPieceTokenizer, _ ids: [[Int32]], _ texts: [String], limit: Int = anyLength, _ name: String
  ) {
    #expect(ids.count == texts.count)
    for (text, expected) in zip(texts, ids) {
      #expect(tokenizer.encode(text, maximumTokens: limit) == expected, "\(name): \(text.debugDescription)")
    }
  }

  /// The tiny file with other normalizers, models, post-processors and added tokens.
  @Test func variants() throws {
    let golden = try Fixtures.golden("wordpiece/golden.json")
    let texts = try Self.texts(golden)
    let variants: [JSONFields] = try golden.required("variants")
    #expect(variants.count == 12)
    for variant in variants {
      let tokenizer = try WordPieceTokenizer(Self.file(with: variant.required("sections")))
      try Self.compare(tokenizer, variant.required("ids"), texts, variant.required("name"))
    }
  }

  /// The tiny file with sections in place of its own; the vocabulary stays.
  private static func file(with sections: JSONObject) throws -> JSONObject {
    var file = try Fixtures.tinyWordPieceFile()
    for (key, value) in sections.members {
      var value = value
      if key == "model", var model = value.objectValue {
        model["vocab"] = file["model"]?.objectValue?["vocab"]
        value = .object(model)
      }
      file[key] = value
    }
    return file
  }

  @Test func truncated() throws {
    let golden = try Fixtures.golden("wordpiece/golden.json")
    let texts = try Self.texts(golden)
    let tokenizer = try WordPieceTokenizer(path: Fixtures.tinyWordPiecePath)
    let truncated: JSONFields = try golden.required("truncated")
    for limit in try golden.required("limits", as: [Int].self) {
      try Self.compare(tokenizer, truncated.required("\(limit)"), texts, limit: limit, "\(limit) tokens")
    }
  }

  @Test(.enabled(if: Fixtures.miniLMTokenizer != nil)) func miniLM() throws {
    let golden = try Fixtures.golden("wordpiece/golden.json")
    let path = try #require(Fixtures.miniLMTokenizer)
    let provenance: JSONFields = try golden.required("provenance")
    let sum: String = try provenance.required("tokenizer_sha256")
    try #require(SHA256Digest.ofFile(path).description == sum)
    let tokenizer = try WordPieceTokenizer(path: path)
    #expect(tokenizer.vocabularyCount == 30522 && tokenizer.maximumTokens == 128 && tokenizer.specialTokenCount == 2)
    try Self.compare(tokenizer, golden.required("all-MiniLM-L6-v2"), Self.texts(golden), "all-MiniLM-L6-v2")
  }
}
