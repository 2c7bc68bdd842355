import M3TestSupport
import M3Text
import Testing

/// What chunking rests on: wherever a text is cut behind a stable boundary, the ids before it stay what they
/// are, and what is behind it gives the same ids when it is encoded as the rest.
@Suite struct SentencePieceBoundaryTests {
  @Test(arguments: Fixtures.sentencePieceModels) func boundariesAreStable(model: String) throws {
    let definition = try Fixtures.sentencePieceDefinition(model)
    let tokenizer = try Tokenizer(definition)
    var generator = Randomness(seed: 11)
    for length in 1..<40 {
      let text = SentencePieceText.random(definition, partCount: length, using: &generator)
      let bytes = Array(text.utf8)
      var ids: [Int32] = []
      var boundaries: [StableBoundary] = []
      let count = bytes.withUnsafeBufferPointer {
        tokenizer.encode($0, until: .max, into: &ids, boundaries: &boundaries)
      }
      #expect(count == bytes.count && ids == tokenizer.encode(text))
      #expect(boundaries.last?.byteOffset ?? 0 == bytes.count)
      for boundary in boundaries {
        #expect(boundary.byteOffset > 0)
        for end in boundary.byteOffset...min(boundary.byteOffset + 12, bytes.count) {
          var parts = Array(ids[..<boundary.tokenCount])
          bytes[boundary.byteOffset..<end].withUnsafeBufferPointer {
            tokenizer.encode($0, continuing: boundary, into: &parts)
          }
          // A cut within a character leaves bytes that are U+FFFD, on both ways.
          #expect(parts == tokenizer.encode(bytes: bytes[..<end]), "\(text.debugDescription) cut at \(end)")
        }
      }
    }
  }

  /// Words are boundaries; a rest in which every two characters may be neighbours has none.
  @Test func whereBoundariesAre() throws {
    let tokenizer = try Tokenizer(Definitions.pieces(["▁": -9, "▁a": -2, "ab": -3, "ba": -3, "b": -8, "c": -8]))
    #expect(Self.boundaries(tokenizer, "abab cab c") == [4, 5, 6, 8, 9, 10])
    #expect(Self.boundaries(tokenizer, "ababababab") == [10])
    // A run of unknown characters is one token, and may go on.
    #expect(Self.boundaries(tokenizer, "bxyzb") == [1, 5])
  }

  /// Spaces may turn out to be the last ones, which are removed.
  @Test func spacesThatMayGo() throws {
    var definition = Definitions.pieces(["▁": -1, "a": -2, "b": -2])
    #expect(try Self.boundaries(Tokenizer(definition), "a  b ") == [1, 2, 3, 4, 5])
    definition.removesExtraWhitespace = true
    #expect(try Self.boundaries(Tokenizer(definition), "a  b ") == [1, 5])
    #expect(try Self.boundaries(Tokenizer(definition), "   ") == [3])
  }

  @Test(arguments: ["bpe", "unigram"]) func encodingStopsBehindTheLimit(model: String) throws {
    let tokenizer = try Tokenizer(Fixtures.sentencePieceDefinition(model))
    var text = "The reader keeps twelve tokens of each reference."
    var ids: [Int32] = []
    var boundaries: [StableBoundary] = []
    let count = text.withUTF8 { tokenizer.encode($0, until: 7, into: &ids, boundaries: &boundaries) }
    let last = try #require(boundaries.last)
    #expect(last.byteOffset == count && last.tokenCount == ids.count)
    #expect(count < text.utf8.count && ids.count > 7)
    #expect(boundaries.dropLast().allSatisfy { $0.tokenCount <= 7 })
  }

  private static func boundaries(_ tokenizer: Tokenizer, _ text: String) -> [Int] {
    var text = text
    var ids: [Int32] = []
    var boundaries: [StableBoundary] = []
    _ = text.withUTF8 { tokenizer.encode($0, until: .max, into: &ids, boundaries: &boundaries) }
    return boundaries.map(\.byteOffset)
  }
}
