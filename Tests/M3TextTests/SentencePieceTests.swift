import M3TestSupport
import M3Text
import Testing

/// Against slow, obvious twins.
@Suite struct SentencePieceTests {
  @Test(arguments: Fixtures.plainSentencePieceModels, [1, 2, 3] as [UInt64])
  func randomTexts(model: String, seed: UInt64) throws {
    let definition = try Fixtures.sentencePieceDefinition(model)
    let tokenizer = try Tokenizer(definition)
    let twin = SlowSentencePiece(definition)
    var generator = Randomness(seed: seed)
    for length in 0..<60 {
      let text = SentencePieceText.random(definition, partCount: length, using: &generator)
      #expect(tokenizer.encode(text) == twin.encode(text), "\(text.debugDescription)")
    }
  }

  /// Stretches on both sides of 64 characters, of pieces that overlap.
  @Test(arguments: [62, 63, 64, 65, 66, 130, 400]) func longStretches(length: Int) throws {
    let definition = Definitions.piecesAndBytes([
      "▁": -9, "a": -8, "b": -7, "ab": -2, "ba": -2, "aa": -3, "aab": -1, "abab": -1, "bab": -4, "▁a": -5, "bbb": -1.5,
    ])
    let tokenizer = try Tokenizer(definition)
    let twin = SlowSentencePiece(definition)
    var generator = Randomness(seed: UInt64(length))
    for alphabet in ["a", "ab", "aabc"] {
      for _ in 0..<20 {
        let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
        #expect(tokenizer.encode(text) == twin.encode(text), "\(text)")
      }
    }
  }

  /// Every text of up to 6 letters over three, under pieces that overlap, with equal scores.
  @Test(arguments: ["llama", "t5"]) func allShortTexts(model: String) throws {
    let definition = Definitions.pieces(
      ["▁": -4, "a": -4, "b": -4, "ab": -3, "bc": -3, "abc": -6, "aa": -3, "aaa": -7, "cab": -3, "▁a": -7], model: model
    )
    let tokenizer = try Tokenizer(definition)
    let twin = SlowSentencePiece(definition)
    var texts = [""]
    for _ in 0..<6 {
      texts = texts.flatMap { text in ["a", "b", "c"].map { text + $0 } }
      for text in texts { #expect(tokenizer.encode(text) == twin.encode(text), "\(text)") }
    }
  }

  /// Of all ways to cut a text, the unigram model takes the one of the highest sum.
  @Test func unigramTakesTheHighestSum() throws {
    let scores: KeyValuePairs<String, Float> = [
      "a": -4, "b": -3.5, "ab": -5.25, "ba": -6.125, "aba": -9.0625, "bb": -6.5, "abb": -8.03125, "bab": -8.015625,
    ]
    var definition = Definitions.pieces(scores, model: "t5")
    definition.addsSpacePrefix = false
    let tokenizer = try Tokenizer(definition)
    let byPiece = Dictionary(uniqueKeysWithValues: scores.map { ($0.key, $0.value) })
    func best(_ text: Substring) -> Float {
      if text.isEmpty { return 0 }
      return (1...min(3, text.count)).compactMap { count in
        byPiece[String(text.prefix(count))].map { $0 + best(text.dropFirst(count)) }
      }.max() ?? -.infinity
    }
    for bits in 0..<1 << 10 {
      let text = String((0..<10).map { bits >> $0 & 1 == 0 ? "a" : "b" })
      let sum = tokenizer.encode(text).reduce(Float(0)) { $0 + definition.scores[Int($1)] }
      #expect(sum == best(text[...]), "\(text)")
    }
  }

  /// Sums grow until they begin at 0 again.
  @Test func longTextsOfTheUnigramModel() throws {
    var definition = Definitions.piecesAndBytes(["▁": -900, "a": -901.5, "aa": -1803.25, "b": -10_000], model: "t5")
    definition.addsSpacePrefix = false
    let tokenizer = try Tokenizer(definition)
    let twin = SlowSentencePiece(definition)
    var generator = Randomness(seed: 5)
    for alphabet in ["a", "a b", "abc"] {
      let text = String((0..<3000).compactMap { _ in alphabet.randomElement(using: &generator) })
      #expect(tokenizer.encode(text) == twin.encode(text))
    }
  }

  @Test(arguments: Fixtures.sentencePieceModels) func nothingGivesNothing(model: String) throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition(model))
    #expect(tokenizer.encode("").isEmpty)
    #expect(tokenizer.encode("   ").isEmpty == ["unigram-trimmed", "unigram-rewritten"].contains(model))
  }

  @Test func unknownCharacters() throws {
    let bytes = try Tokenizer(Definitions.piecesAndBytes(["▁": -1, "a": -2]))
    let first = try #require(bytes.token(spelled: "<0x00>"))
    #expect(bytes.encode("é") == [2] + "é".utf8.map { first + Int32($0) })
    let none = try Tokenizer(Definitions.pieces(["▁": -1, "a": -2]))
    #expect(none.encode("éééa字字 字") == [2, 0, 3, 0, 2, 0])
    // The space itself.
    #expect(try Tokenizer(Definitions.pieces(["a": -2])).encode("a b") == [0, 2, 0])
  }

  /// A byte that begins no character is U+FFFD.
  @Test(arguments: ["bpe", "unigram"]) func anyBytes(model: String) throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition(model))
    var generator = Randomness(seed: 4)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(tokenizer.encode(bytes: bytes[...]) == tokenizer.encode(Self.repaired(bytes)), "\(bytes)")
    }
  }

  private static func repaired(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
      text += character ?? "\u{FFFD}"
      rest = rest.dropFirst(character?.utf8.count ?? 1)
    }
    return text
  }
}

/// Texts of a vocabulary's pieces, of what the fixtures hold, and of anything.
enum SentencePieceText {
  private static let rewritten = [
    "e\u{301}", "\u{301}", "ﬁ", "…", "㎞", "´", "\u{200B}", "\t", "\u{3000}", "記\u{FE00}", "Ａ",
  ]

  static func random(
    _ definition: TokenizerDefinition, partCount: Int, using generator: inout Randomness
  ) -> String {
    var text = ""
    for _ in 0..<partCount {
      switch generator.integer(below: 5) {
      case 4: text += rewritten[generator.integer(below: rewritten.count)]
      case 0: text += String.random(scalarCount: 3, using: &generator)
      case 1: text += String(repeating: " ", count: generator.integer(below: 4))
      default:
        let piece = String(
          decoding: definition.tokens[generator.integer(below: definition.tokens.count)], as: UTF8.self)
        text += generator.integer(below: 9) == 0 ? piece : String(piece.map { $0 == "▁" ? " " : $0 })
      }
    }
    return text
  }
}
