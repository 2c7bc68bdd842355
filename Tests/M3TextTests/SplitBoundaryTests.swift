import M3TestSupport
import M3Text
import Testing

/// Stable boundaries of the pre-tokenizers that look further, and of texts that are composed first.
@Suite struct SplitBoundaryTests {
  @Test(arguments: [("llama-bpe", 1), ("qwen2", 2), ("qwen2", 3)] as [(String, UInt64)])
  func boundariesAreStable(preTokenizer: String, seed: UInt64) throws {
    // Merges across every kind of neighbours that a cut could part or bring together.
    let pairs = [
      "Ġ Ġ", "Ċ Ċ", "Ċ Ġ", "Ġ Ċ", "! Ċ", "č Ċ", "Â ł", "Ġ Âł", "Ġ !", "1 2", "12 3", "' s", "! !", "Ġ e", "Ì ģ", "! e",
      "Ã ©", "Ġ Ã©",
    ]
    var definition = Definitions.bytes(adding: pairs.map { $0.filter { $0 != " " } }, merges: pairs)
    definition.preTokenizer = preTokenizer
    let tokenizer = try Tokenizer(definition)
    let alphabet = Array(
      "  \n\n\r\u{A0}123'sS!!ee\u{301}\u{301}\u{323}é記\u{1100}\u{1161}\u{11A8}\u{212B}".unicodeScalars)
    var generator = Randomness(seed: seed)
    var count = 0
    for length in 0..<300 {
      let scalars = (0..<length % 50).compactMap { _ in alphabet.randomElement(using: &generator) }
      let bytes = Array(String(String.UnicodeScalarView(scalars)).utf8)
      var ids: [Int32] = []
      var boundaries: [StableBoundary] = []
      let byteCount = bytes.withUnsafeBufferPointer {
        tokenizer.encode($0, until: .max, into: &ids, boundaries: &boundaries)
      }
      #expect(byteCount == bytes.count && ids == tokenizer.encode(bytes: bytes[...]))
      #expect(boundaries.last?.byteOffset ?? 0 == bytes.count)
      for boundary in boundaries {
        #expect(tokenizer.encode(bytes: bytes[boundary.byteOffset...]) == Array(ids[boundary.tokenCount...]))
        for end in boundary.byteOffset...min(boundary.byteOffset + 20, bytes.count)
        where end == bytes.count || bytes[end] & 0xC0 != 0x80 {
          #expect(tokenizer.encode(bytes: bytes[..<end]).starts(with: ids[..<boundary.tokenCount]), "\(bytes), \(end)")
        }
      }
      count += boundaries.count
    }
    #expect(count > 2000)
  }

  /// A text that composes is encoded whole: that there are more tokens than the limit is all that is asked.
  @Test func theLimitOfAComposedText() throws {
    var definition = Definitions.bytes()
    definition.preTokenizer = "qwen2"
    let tokenizer = try Tokenizer(definition)
    let bytes = Array("a e\u{301} b".utf8)
    var ids: [Int32] = [7]
    var boundaries: [StableBoundary] = []
    let count = bytes.withUnsafeBufferPointer { tokenizer.encode($0, until: 2, into: &ids, boundaries: &boundaries) }
    #expect(count == bytes.count)
    #expect(ids == [7] + tokenizer.encode("a é b") && ids.count > 3)
    #expect(boundaries.map(\.byteOffset) == [1, 5, 7])
    #expect(boundaries.map(\.tokenCount) == [1, 4, 6])
  }
}
