import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Words of the patterns of Llama 3 and Qwen2, which differ in how many number characters make a word.
@Suite struct Llama3PreTokenizerTests {
  /// 1,000 texts, as the `tokenizers` package splits them.
  @Test(arguments: [3, 1]) func wordsOfTheReference(maximumNumberCount: Int) throws {
    let rows: [JSONValue] = try Fixtures.tokenizerGolden("words").required("texts")
    #expect(rows.count == 1000)
    let scanner = Llama3PreTokenizer(maximumNumberCount: maximumNumberCount)
    for row in rows {
      let fields = try #require(row.arrayValue)
      let text = try #require(fields[0].stringValue)
      let expected = try #require(fields[maximumNumberCount == 3 ? 1 : 2].arrayValue).compactMap { $0.integerValue }
      #expect(scanner.wordEnds(Array(text.utf8)).map { Int64($0) } == expected, "\(text.debugDescription)")
    }
  }

  /// Every text of up to five characters of nine kinds, as a regular expression splits it.
  @Test(arguments: [(3, #"\p{N}{1,3}"#), (1, #"\p{N}"#)])
  func wordsOfThePattern(maximumNumberCount: Int, numbers: String) throws {
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let twin = try Regex(pattern).matchingSemantics(.unicodeScalar)
    let scanner = Llama3PreTokenizer(maximumNumberCount: maximumNumberCount)
    var texts = [""]
    for _ in 0..<5 {
      texts = texts.flatMap { text in ["'", "r", "E", "é", "1", "!", " ", "\n", "\t"].map { text + $0 } }
      for text in texts {
        let words = text.matches(of: twin).map { text[$0.range].utf8.count }
        #expect(scanner.wordCounts(text) == words, "\(text.debugDescription)")
      }
    }
  }

  /// Wherever a text is cut behind a stable end, the words before it are the same; behind any end
  /// the rest has its words when scanned alone.
  @Test(arguments: [(3, 1), (1, 2)] as [(Int, UInt64)]) func cuts(maximumNumberCount: Int, seed: UInt64) {
    let scanner = Llama3PreTokenizer(maximumNumberCount: maximumNumberCount)
    let alphabet = Array("  \n\n\r\t\u{A0}\u{2028}''srEé记12٣!.\u{301}😀".unicodeScalars)
    var generator = Randomness(seed: seed)
    for length in 0..<300 {
      let scalars = (0..<length % 40).compactMap { _ in alphabet.randomElement(using: &generator) }
      let bytes = scalars.flatMap { Array(UTF8.encode($0)!) }
      let ends = scanner.wordEnds(bytes)
      #expect(ends.last ?? 0 == bytes.count)
      for (index, end) in ends.enumerated() {
        #expect(scanner.wordEnds(Array(bytes[end...])).map { $0 + end } == Array(ends[(index + 1)...]))
        guard bytes.withUnsafeBufferPointer({ scanner.isStable(end, in: $0) }) else { continue }
        for cut in end...bytes.count where cut == bytes.count || bytes[cut] & 0xC0 != 0x80 {
          #expect(scanner.wordEnds(Array(bytes[..<cut])).starts(with: ends[...index]), "\(bytes) cut at \(cut)")
        }
      }
    }
  }

  /// A chunk ends behind a paragraph's last mark, so that lines' ends must not make a word unstable.
  @Test func stableEnds() {
    let scanner = Llama3PreTokenizer(maximumNumberCount: 3)
    let bytes = Array("One.\n\n \n Two  3 ".utf8)
    let ends = scanner.wordEnds(bytes)
    #expect(ends == [3, 6, 8, 12, 13, 14, 15, 16])
    bytes.withUnsafeBufferPointer { utf8 in
      #expect(ends.filter { scanner.isStable($0, in: utf8) } == [3, 6, 8, 12, 15])
    }
  }
}

extension PreTokenizer {
  /// The ends of all words.
  func wordEnds(_ bytes: [UInt8]) -> [Int] {
    bytes.withUnsafeBufferPointer { utf8 in
      var ends: [Int] = []
      while ends.last ?? 0 < utf8.count { ends.append(wordEnd(in: utf8, from: ends.last ?? 0)) }
      return ends
    }
  }

  /// The number of bytes of each word.
  func wordCounts(_ text: String) -> [Int] {
    let ends = wordEnds(Array(text.utf8))
    return zip(ends, [0] + ends).map { $0 - $1 }
  }
}
