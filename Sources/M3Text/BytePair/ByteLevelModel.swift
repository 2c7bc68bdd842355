internal import M3Bytes

/// Byte-level byte pair encoding: a pre-tokenizer's words, and the merges within each.
struct ByteLevelModel: Sendable {
  let preTokenizer: PreTokenizerKind
  let encoder: BytePairEncoder
  private let words: WordTable
  /// Words longer than those of the table that are one token although merges lead elsewhere.
  private let longWords: [[UInt8]: Int32]

  /// - Parameter vocabulary: from ``vocabulary(of:)``.
  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`.
  init(_ definition: TokenizerDefinition, _ vocabulary: Vocabulary) throws(FormatError) {
    guard let kind = PreTokenizerKind(named: definition.preTokenizer) else {
      throw FormatError(
        .unsupported(found: "pre-tokenizer \"\(definition.preTokenizer)\""), field: TokenizerField.preTokenizer)
    }
    preTokenizer = kind
    encoder = BytePairEncoder(
      byteTokens: try Self.byteTokens(vocabulary),
      merges: try Self.mergeTable(definition.merges, vocabulary))
    (words, longWords) = Self.words(of: vocabulary, encoder, ignoresMerges: kind.ignoresMerges)
  }

  /// Appends the tokens of a word.
  @inline(__always)
  func append(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]) {
    if end &- start <= WordTable.maximumByteCount, let id = words.id(of: WordTable.Key(utf8, start, end)) {
      ids.append(id)
    } else if end &- start > WordTable.maximumByteCount, !longWords.isEmpty,
      let id = longWords[Array(utf8[start..<end])]
    {
      ids.append(id)
    } else {
      encoder.append(utf8, start, end, to: &ids)
    }
  }

  /// The tokens that are what their own bytes encode to. A token can fail to be, when merges of
  /// lower rank lead elsewhere, unless merges are ignored.
  private static func words(
    of vocabulary: Vocabulary, _ encoder: BytePairEncoder, ignoresMerges: Bool
  ) -> (WordTable, [[UInt8]: Int32]) {
    var words = WordTable(count: vocabulary.bytes.count)
    var longWords: [[UInt8]: Int32] = [:]
    var ids: [Int32] = []
    for (id, bytes) in vocabulary.bytes.enumerated() where vocabulary.kinds[id] == .ordinary {
      let isShort = bytes.count <= WordTable.maximumByteCount
      guard isShort || ignoresMerges else { continue }
      bytes.withUnsafeBufferPointer { utf8 in
        ids.removeAll(keepingCapacity: true)
        encoder.append(utf8, 0, utf8.count, to: &ids)
        let isMerged = ids == [Int32(id)]
        if isShort {
          if isMerged || ignoresMerges { words.insert(WordTable.Key(utf8, 0, utf8.count), id: Int32(id)) }
        } else if !isMerged {
          longWords[bytes] = Int32(id)
        }
      }
    }
    return (words, longWords)
  }
}
