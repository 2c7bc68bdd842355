import M3TestSupport
import M3Text
import Testing

/// Merging against a slow, obvious twin, on words that pre-tokenization leaves whole.
@Suite struct BytePairTests {
  /// Lengths on both sides of 15 bytes (whole words) and 64 (the heap).
  @Test(arguments: [1, 2, 3, 8, 14, 15, 16, 17, 40, 63, 64, 65, 66, 100, 400])
  func wordsOfLetters(length: Int) throws {
    let definition = try Fixtures.tinyDefinition()
    let tokenizer = try Tokenizer(definition)
    let twin = SlowBytePair(definition)
    var generator = Randomness(seed: UInt64(length))
    for alphabet in ["etheraf", "reference", "abcdefghijklmnopqrstuvwxyz"] {
      for _ in 0..<40 {
        let word = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
        #expect(tokenizer.encode(word) == twin.encode(word), "\(word)")
      }
    }
  }

  /// Every word of up to 5 letters over three, under merges that overlap.
  @Test func allShortWords() throws {
    let definition = Definitions.bytes(
      adding: ["ab", "bc", "abc", "aa", "aaa", "cab"], merges: ["a b", "b c", "ab c", "a a", "aa a", "c ab"])
    let tokenizer = try Tokenizer(definition)
    let twin = SlowBytePair(definition)
    var words = [""]
    for _ in 0..<5 {
      words = words.flatMap { word in ["a", "b", "c"].map { word + $0 } }
      for word in words { #expect(tokenizer.encode(word) == twin.encode(word), "\(word)") }
    }
  }

  /// "abc" is in the vocabulary, yet "b c" comes first and leaves "a" and "bc" apart.
  @Test func anUnreachableTokenIsNotMade() throws {
    let definition = Definitions.bytes(adding: ["ab", "bc", "abc"], merges: ["b c", "a b", "ab c"])
    let tokenizer = try Tokenizer(definition)
    #expect(tokenizer.encode("abc") == [tokenizer.token(spelled: "a"), tokenizer.token(spelled: "bc")])
    #expect(tokenizer.encode("ab") == [tokenizer.token(spelled: "ab")])
  }

  /// A long word of few distinct tokens: ties are broken from the left.
  @Test func tiesInLongWords() throws {
    let definition = Definitions.bytes(adding: ["aa", "aaa"], merges: ["a a", "aa a"])
    let tokenizer = try Tokenizer(definition)
    let twin = SlowBytePair(definition)
    for length in 60...75 {
      let word = String(repeating: "a", count: length)
      #expect(tokenizer.encode(word) == twin.encode(word))
    }
  }

  @Test func bytesWithoutTokenAreLeftOut() throws {
    var definition = Definitions.bytes(adding: ["!!"], merges: ["! !"])
    definition.tokens.removeAll { $0 == Array("\u{104}".utf8) }
    let tokenizer = try Tokenizer(definition)
    #expect(tokenizer.encode("a\u{4}b") == tokenizer.encode("a") + tokenizer.encode("b"))
    // Its neighbours then meet.
    #expect(tokenizer.encode("!\u{4}!") == [tokenizer.token(spelled: "!!")])
    let long = String(repeating: "\u{4}", count: 100)
    #expect(tokenizer.encode(long).isEmpty)
    #expect(tokenizer.encode("!" + long + "!") == [tokenizer.token(spelled: "!!")])
  }
}
