import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import Testing

@Suite struct WordPieceTests {
  private static func tiny() throws -> WordPieceTokenizer { try WordPieceTokenizer(path: Fixtures.tinyWordPiecePath) }

  @Test func properties() throws {
    let tokenizer = try Self.tiny()
    let vocabulary = try #require(Fixtures.tinyWordPieceFile()["model"]?.objectValue?["vocab"]?.objectValue)
    #expect(tokenizer.vocabularyCount == vocabulary.members.count)
    #expect(tokenizer.maximumTokens == 64 && tokenizer.specialTokenCount == 2)
    #expect(tokenizer.encode("", maximumTokens: 2) == [2, 3])
  }

  /// Splits words as the model is described: try the longest part, then ever shorter ones.
  private static func slowSplit(_ word: String, _ ids: [String: Int32]) -> [Int32] {
    let characters = Array(word)
    var result: [Int32] = []
    var start = 0
    while start < characters.count {
      let match = (start + 1...characters.count).reversed().lazy.compactMap { end in
        ids[(start > 0 ? "##" : "") + String(characters[start..<end])].map { (id: $0, end: end) }
      }.first
      guard let match else { return [1] }
      result.append(match.id)
      start = match.end
    }
    return result
  }

  @Test(arguments: [1, 2, 3]) func randomWords(seed: UInt64) throws {
    let vocabulary = try #require(Fixtures.tinyWordPieceFile()["model"]?.objectValue?["vocab"]?.objectValue)
    let ids = try Dictionary(
      uniqueKeysWithValues: vocabulary.members.filter { $0.key.utf8.allSatisfy { $0 < 0x80 } }
        .map { try ($0.key, Int32.read($0.value, path: $0.key)) })
    // Parts of pieces, so that many words are known; q is in few.
    let parts = ids.keys.sorted().map { $0.filter(\.isLowercase) }.filter { !$0.isEmpty } + ["q"]
    let tokenizer = try Self.tiny()
    var random = Randomness(seed: seed)
    var known = 0
    for _ in 0..<2000 {
      let words = (0..<1 + random.integer(below: 4)).map { _ in
        String(
          (0..<1 + random.integer(below: 6)).flatMap { _ in parts[random.integer(below: parts.count)] }.prefix(100))
      }
      let expected = words.flatMap { Self.slowSplit($0, ids) }
      known += expected.count { $0 != 1 }
      let text = words.joined(separator: " ")
      #expect(tokenizer.encode(text, maximumTokens: 1 << 20) == [2] + expected + [3], "\(text)")
      let shouted = words.joined(separator: " \n").uppercased()
      #expect(tokenizer.encode(shouted, maximumTokens: 1 << 20) == [2] + expected + [3], "\(shouted)")
    }
    #expect(known > 5000)
  }

  /// Any limit leaves the first ids and the special tokens.
  @Test func limits() throws {
    let tokenizer = try Self.tiny()
    let text = "Memories [SEP] of unremembered memory, 記憶 e\u{301}☃"
    let all = tokenizer.encode(text, maximumTokens: 1000)
    #expect(all.count > 10)
    for limit in 2..<all.count + 2 {
      #expect(tokenizer.encode(text, maximumTokens: limit) == all.dropLast().prefix(limit - 1) + [3])
    }
  }

  @Test func sectionsThatMayBeLeftOut() throws {
    var file = try Fixtures.tinyWordPieceFile()
    for key in ["version", "truncation", "padding", "added_tokens", "post_processor", "decoder"] { file[key] = nil }
    let tokenizer = try WordPieceTokenizer(file)
    #expect(tokenizer.maximumTokens == nil && tokenizer.specialTokenCount == 0)
    let expected = try Self.tiny().encode("memory sep", maximumTokens: 100).dropFirst().dropLast()
    #expect(tokenizer.encode("memory sep", maximumTokens: 100) == Array(expected))
    #expect(tokenizer.encode("[SEP]", maximumTokens: 100).contains(3) == false)
  }

  /// Special tokens on one side, several on the other, some of them more than one id.
  @Test func otherTemplate() throws {
    var file = try Fixtures.tinyWordPieceFile()
    var processor = try #require(file["post_processor"]?.objectValue)
    let end: JSONValue = ["SpecialToken": ["id": "end", "type_id": 0]]
    processor["single"] = [["Sequence": ["id": "A", "type_id": 0]], end, end]
    processor["special_tokens"] = ["end": ["id": "end", "ids": [4, 0], "tokens": ["[MASK]", "[PAD]"]]]
    file["post_processor"] = .object(processor)
    let tokenizer = try WordPieceTokenizer(file)
    #expect(tokenizer.specialTokenCount == 4)
    #expect(tokenizer.encode("", maximumTokens: 4) == [4, 0, 4, 0])
    #expect(tokenizer.encode("memory memory", maximumTokens: 5).dropFirst() == [4, 0, 4, 0])
  }

  /// Whatever decides ids changes the fingerprint, and nothing else does.
  @Test func fingerprints() throws {
    let file = try Fixtures.tinyWordPieceFile()
    var seen = [try WordPieceTokenizer(file).fingerprint]
    #expect(try Self.tiny().fingerprint == seen[0])
    for key in ["truncation", "padding", "decoder"] {
      var same = file
      same[key] = nil
      #expect(try WordPieceTokenizer(same).fingerprint == seen[0], "\(key)")
    }
    var changed: [JSONObject] = []
    func change(_ section: String, _ key: String, _ value: JSONValue) throws {
      var file = file
      var object = try #require(file[section]?.objectValue)
      object[key] = value
      file[section] = .object(object)
      changed.append(file)
    }
    for (key, value) in [
      ("clean_text", false), ("handle_chinese_chars", false), ("strip_accents", false), ("lowercase", false),
    ] as [(String, JSONValue)] {
      try change("normalizer", key, value)
    }
    try change("model", "max_input_chars_per_word", 99)
    try change("model", "continuing_subword_prefix", "#")
    try change("model", "unk_token", "[PAD]")
    try change("post_processor", "single", [["Sequence": ["id": "A", "type_id": 0]]])
    var vocabulary = try #require(file["model"]?.objectValue?["vocab"]?.objectValue)
    vocabulary["one more"] = .integer(Int64(vocabulary.members.count))
    try change("model", "vocab", .object(vocabulary))
    var fewer = file
    fewer["added_tokens"] = .array(Array(try #require(file["added_tokens"]?.arrayValue).dropLast()))
    changed.append(fewer)
    for file in changed { seen.append(try WordPieceTokenizer(file).fingerprint) }
    #expect(Set(seen).count == seen.count)
  }
}
