import M3Bytes
import M3TestSupport
import M3Text
import Testing

@Suite struct SentencePieceVocabularyTests {
  @Test func tokens() throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition("bpe"))
    #expect(tokenizer.vocabularyCount == 900)
    #expect((-1...900).filter { tokenizer.isControl($0) } == [1, 2])
    let the = try #require(tokenizer.token(spelled: "▁the"))
    #expect(tokenizer.encode("the") == [the])
    #expect(tokenizer.decode([the]) == Array(" the".utf8))
    #expect(tokenizer.decode([the], isStart: true) == Array("the".utf8))
    #expect(tokenizer.decode([1, the], isStart: true) == Array("<s>the".utf8))
    #expect(tokenizer.decode([the, the], isStart: true) == Array("the the".utf8))
    let byte = try #require(tokenizer.token(spelled: "<0xE5>"))
    #expect(tokenizer.decode([byte], isStart: true) == [0xE5])
    #expect(tokenizer.decode([-1, 0, 900]) == Array(" ⁇ ".utf8))
  }

  /// The space before each text comes back after a control token, as each text begins anew.
  @Test func controlTokensInSettings() throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition("bpe"))
    let reference = tokenizer.encode("Reference:")
    #expect(tokenizer.encodeWithControlTokens("<s>Reference:") == [1] + reference)
    #expect(tokenizer.encodeWithControlTokens("<s></s>") == [1, 2])
    #expect(!tokenizer.encode("<s></s>").contains { tokenizer.isControl($0) })
  }

  @Test func theLongestToken() throws {
    #expect(try Tokenizer(Definitions.pieces(["▁": -1, "ab": -1])).maximumTokenByteCount == 3)
    #expect(try Tokenizer(Definitions.piecesAndBytes(["ab": -1])).maximumTokenByteCount == 2)
  }

  static let changes: [(name: String, change: @Sendable (inout TokenizerDefinition) -> Void)] = [
    ("model", { $0.model = "t5" }),
    ("score", { $0.scores[3] = -2.5 }),
    ("tokens swapped", { $0.tokens.swapAt(2, 3) }),
    ("control token made ordinary", { $0.types[1] = 1 }),
    ("user-defined token", { $0.types[3] = 4 }),
    ("no space before the text", { $0.addsSpacePrefix = false }),
    ("white space removed", { $0.removesExtraWhitespace = true }),
  ]

  @Test(arguments: changes.indices) func whatDecidesIdsChangesTheFingerprint(index: Int) throws {
    let base = Definitions.pieces(["▁": -1, "a": -2, "b": -3])
    var definition = base
    Self.changes[index].change(&definition)
    #expect(try Tokenizer(definition).fingerprint != Tokenizer(base).fingerprint, "\(Self.changes[index].name)")
  }

  @Test func whatDoesNotLeavesTheFingerprint() throws {
    let base = Definitions.pieces(["▁": -1, "a": -2, "b": -3])
    var definition = base
    definition.preTokenizer = ""
    definition.merges = [Array("a b".utf8)]
    definition.unknown = 0
    definition.addsSpacePrefix = nil
    definition.removesExtraWhitespace = false
    definition.endOfSequence = 1
    #expect(try Tokenizer(definition).fingerprint == Tokenizer(base).fingerprint)
  }

  /// Banks that are built are tied to the values.
  @Test func fingerprints() throws {
    let values = try ["bpe", "unigram-trimmed"].map { try Tokenizer(Fixtures.sentencePieceDefinition($0)).fingerprint }
    #expect(values == [0x9188_2F19_6556_DEE3, 0x8C1E_80E7_B332_EC7C])
  }

  /// A file that does not say puts a space before the text with `llama` and none with `t5`.
  @Test func defaults() throws {
    for (model, ids) in [("llama", [2, 3] as [Int32]), ("t5", [3])] {
      var definition = Definitions.pieces(["▁": -1, "a": -2], model: model)
      definition.addsSpacePrefix = nil
      #expect(try Tokenizer(definition).encode("a") == ids)
    }
  }

  /// Converters write the space of a user-defined token as it is, or as `▁`.
  @Test(arguments: ["▁x", " x"]) func spacesInUserDefinedTokens(spelling: String) throws {
    var definition = Definitions.pieces(["▁": -1, "a": -2, "x": -3])
    definition.tokens.append(Array(spelling.utf8))
    definition.types.append(4)
    definition.scores.append(0)
    let tokenizer = try Tokenizer(definition)
    #expect(tokenizer.encode("a x") == [2, 3, 5])
    #expect(tokenizer.encode("x") == [5])
    #expect(tokenizer.decode([3, 5]) == Array("a x".utf8))
  }

  /// A file's entry that is out of use is no token of any text.
  @Test(arguments: ["llama", "t5"]) func tokensOutOfUse(model: String) throws {
    var definition = Definitions.piecesAndBytes(["▁": -1, "a": -2, "[PAD7]": -3, "z": -4], model: model)
    definition.types[4] = 5
    definition.types[5] = 5
    let tokenizer = try Tokenizer(definition)
    let first = try #require(tokenizer.token(spelled: "<0x00>"))
    #expect(tokenizer.encode("z") == [2, first + 0x7A])
    #expect(!tokenizer.encode("[PAD7]").contains(4))
  }
}
