import M3Bytes
import M3Dedupe
import M3JSON
import M3Tensor
import M3TestSupport
import Testing

/// Our words of datatrove's normalization, against its own.
@Suite struct DatatroveNormalizationTests {
  static let golden = Result { try GoldenText.all() }

  struct GoldenText {
    let text: String
    let words: [String]

    static func all() throws -> [GoldenText] {
      let bytes = try ReadableFile.contents(of: Fixtures.path("dedupe/simplified.golden.json"), limit: 1 << 26)
      let texts = try JSONValue.parse(bytes).objectValue?["texts"]?.arrayValue ?? []
      return texts.map {
        GoldenText(
          text: $0.objectValue?["text"]?.stringValue ?? "",
          words: $0.objectValue?["words"]?.arrayValue?.compactMap(\.stringValue) ?? [])
      }
    }

    /// Hashes of each five words, or of fewer where there are no more, or of the text where there are none.
    var shingles: [UInt64] {
      if words.isEmpty { return [XXH3.hash64(text)] }
      let length = min(5, words.count)
      return (0...words.count - length).map { XXH3.hash64(words[$0..<$0 + length].joined(separator: " ")) }
    }
  }

  @Test(arguments: Kernels.available.map(\.name))
  func shinglesAreThoseOfDatatrovesWords(kernel: String) throws {
    let golden = try Self.golden.get()
    let shingler = Shingler(DedupeConfiguration(preset: .datatrove), kernels: try Kernels.named(kernel))
    try #require(golden.count > 200)
    for text in golden {
      #expect(shingler.shingles(of: text.text) == text.shingles, "\(text.text.debugDescription): \(text.words)")
    }
  }

  /// Python knows the sigma that ends a word from the others; lower case is taken character by character here.
  @Test func capitalSigmaIsTheOneWithinAWord() {
    let shingler = Shingler(DedupeConfiguration(preset: .datatrove))
    #expect(shingler.shingles(of: "ΟΔΟΣ") == [XXH3.hash64("οδοσ")])
    #expect(shingler.shingles(of: "οδός") == [XXH3.hash64("οδος")])
  }

  /// All texts as one, longer than any stretch that is read at a time.
  @Test func longTextsAreReadInStretches() throws {
    let golden = try Self.golden.get()
    let shingler = Shingler(DedupeConfiguration(preset: .datatrove))
    let whole = GoldenText(
      text: golden.map(\.text).joined(separator: "\n\n"), words: golden.flatMap(\.words))
    #expect(whole.text.utf8.count > 20_000)
    #expect(shingler.shingles(of: whole.text) == whole.shingles)
  }
}
