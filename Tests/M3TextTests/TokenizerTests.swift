import M3TestSupport
import M3Text
import Testing

@Suite struct TokenizerTests {
  static let tiny = Result { try Tokenizer(Fixtures.tinyDefinition()) }

  @Test func vocabulary() throws {
    let tokenizer = try Self.tiny.get()
    #expect(tokenizer.vocabularyCount == 300)
    #expect(tokenizer.beginningOfSequence == 1)
    #expect(tokenizer.endOfSequence == 2)
    #expect(tokenizer.token(spelled: "<|im_end|>") == 2)
    #expect(tokenizer.token(spelled: " the") == nil)
    let the = try #require(tokenizer.token(spelled: "Ġthe"))
    #expect(tokenizer.decode([the]) == Array(" the".utf8))
    #expect((-1...301).filter { tokenizer.isControl($0) } == [0, 1, 2])
  }

  /// Byte-level BPE with all bytes loses nothing.
  @Test(arguments: [1, 2, 3] as [UInt64]) func decodingIsTheInverse(seed: UInt64) throws {
    let tokenizer = try Self.tiny.get()
    var generator = Randomness(seed: seed)
    for length in 0..<200 {
      let text = String.random(scalarCount: length, using: &generator)
      let ids = tokenizer.encode(text)
      #expect(tokenizer.decode(ids) == Array(text.utf8))
      #expect(ids.allSatisfy { !tokenizer.isControl($0) })
    }
  }

  @Test func decodingTakesAnyIds() throws {
    let tokenizer = try Self.tiny.get()
    #expect(tokenizer.decode([-1, 300, .max, .min]).isEmpty)
    #expect(tokenizer.decode([1, 2]) == Array("<|im_start|><|im_end|>".utf8))
  }

  /// The bytes of a text that is no UTF-8 are encoded all the same.
  @Test(arguments: [4, 5] as [UInt64]) func anyBytes(seed: UInt64) throws {
    let tokenizer = try Self.tiny.get()
    var generator = Randomness(seed: seed)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      var ids: [Int32] = []
      bytes.withUnsafeBufferPointer { tokenizer.encode($0, into: &ids) }
      #expect(tokenizer.decode(ids) == bytes)
    }
  }

  @Test func controlTokensInSettings() throws {
    let tokenizer = try Self.tiny.get()
    let reference = tokenizer.encode("Reference:")
    #expect(tokenizer.encodeWithControlTokens("<|endoftext|>Reference:") == [0] + reference)
    #expect(tokenizer.encodeWithControlTokens("Reference:<|im_end|><|im_end|>") == reference + [2, 2])
    let nested = tokenizer.encode("<|") + [1] + tokenizer.encode("|>")
    #expect(tokenizer.encodeWithControlTokens("<|<|im_start|>|>") == nested)
    #expect(tokenizer.encodeWithControlTokens("<|im_start") == tokenizer.encode("<|im_start"))
    #expect(tokenizer.encodeWithControlTokens("").isEmpty)
  }

  @Test func theLongestControlTokenIsTaken() throws {
    var definition = Definitions.bytes(adding: ["<a>", "<a><b>", "<b>"])
    definition.types = [Int32](repeating: 1, count: 256) + [3, 3, 3]
    let tokenizer = try Tokenizer(definition)
    #expect(tokenizer.encodeWithControlTokens("<a><b>") == [257])
    #expect(tokenizer.encodeWithControlTokens("<a><a><b><b>") == [256, 257, 258])
  }

  /// What chunking rests on: wherever a text is cut behind a stable boundary, the ids before it stay what
  /// they are, and what is behind it gives the same ids when encoded alone.
  @Test(arguments: ["smollm", "gpt-2"]) func boundariesAreStable(preTokenizer: String) throws {
    // Merges across every kind of neighbours that a cut could part or bring together.
    let pairs = [
      "Ġ Ġ", "Ċ Ċ", "Ċ Ġ", "Â ł", "Âł Âł", "Ġ Âł", "Ġ 1", "1 2", "' s", "Ġ '", "s s", "! !", "' !",
    ]
    var definition = Definitions.bytes(adding: pairs.map { $0.filter { $0 != " " } }, merges: pairs)
    definition.preTokenizer = preTokenizer
    let tokenizer = try Tokenizer(definition)
    let alphabet = Array(" \n\u{A0}\u{A0} 1223'sst!re记\u{301}٣")
    var generator = Randomness(seed: 9)
    for length in 0..<120 {
      let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
      let bytes = Array(text.utf8)
      var ids: [Int32] = []
      var boundaries: [StableBoundary] = []
      let count = bytes.withUnsafeBufferPointer {
        tokenizer.encode($0, until: .max, into: &ids, boundaries: &boundaries)
      }
      #expect(count == bytes.count && ids == tokenizer.encode(bytes: bytes[...]))
      #expect(boundaries.last?.byteOffset ?? 0 == bytes.count)
      for boundary in boundaries {
        #expect(tokenizer.encode(bytes: bytes[boundary.byteOffset...]) == Array(ids[boundary.tokenCount...]))
        for end in boundary.byteOffset...min(boundary.byteOffset + 9, bytes.count) {
          let cut = tokenizer.encode(bytes: bytes[..<end])
          #expect(cut.starts(with: ids[..<boundary.tokenCount]), "\(text.debugDescription) cut at \(end)")
        }
      }
    }
  }

  @Test func encodingStopsBehindTheLimit() throws {
    let tokenizer = try Self.tiny.get()
    var text = "one two three four five"
    var ids: [Int32] = []
    var boundaries: [StableBoundary] = []
    let count = text.withUTF8 { tokenizer.encode($0, until: 7, into: &ids, boundaries: &boundaries) }
    let last = try #require(boundaries.last)
    #expect(last == StableBoundary(byteOffset: count, tokenCount: ids.count))
    #expect(count < text.utf8.count && ids.count > 7)
    #expect(boundaries.dropLast().allSatisfy { $0.tokenCount <= 7 })
  }
}

extension Tokenizer {
  func encode(bytes: ArraySlice<UInt8>) -> [Int32] {
    var ids: [Int32] = []
    bytes.withUnsafeBufferPointer { encode($0, into: &ids) }
    return ids
  }
}

extension String {
  /// Characters of several scripts, white space and controls, in runs.
  static func random(scalarCount: Int, using generator: inout some RandomNumberGenerator) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x00...0x1F, 0x20...0x22, 0x27...0x27, 0x30...0x39, 0x61...0x7A, 0x61...0x7A, 0x80...0xFF, 0x300...0x30F,
      0x0660...0x0669, 0x0621...0x064A, 0x0905...0x094D, 0x2000...0x202F, 0x2160...0x2170, 0x3000...0x3002,
      0x4E00...0x4E80, 0xFF00...0xFF1F, 0x1F600...0x1F640, 0x1F3FB...0x1F3FF, 0x200D...0x200D, 0x73...0x74,
    ]
    var scalars = String.UnicodeScalarView()
    while scalars.count < scalarCount {
      guard let range = ranges.randomElement(using: &generator) else { break }
      for _ in 0..<Int.random(in: 1...4, using: &generator) where scalars.count < scalarCount {
        if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
      }
    }
    return String(scalars)
  }
}
