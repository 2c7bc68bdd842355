extension WordPieceTokenizer {
  /// The ids of a text, special tokens around it included.
  ///
  /// Time is linear in the text, and reading ends where enough ids are found.
  /// - Parameter maximumTokens: at most so many ids in all; of more, those before the closing special tokens are
  ///   left out. At least ``specialTokenCount``.
  public func encode(_ text: String, maximumTokens: Int) -> [Int32] {
    precondition(maximumTokens >= specialTokenCount, "no room for the special tokens")
    let limit = maximumTokens - suffix.count
    var writer = WordPieceWriter(vocabulary, ids: prefix, limit: limit)
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      while !writer.isFull {
        guard let token = addedTokens.next(in: utf8, from: start) else {
          append(UnsafeBufferPointer(rebasing: utf8[start...]), to: &writer)
          break
        }
        append(UnsafeBufferPointer(rebasing: utf8[start..<token.range.lowerBound]), to: &writer)
        writer.append(id: token.id)
        start = token.range.upperBound
      }
    }
    return writer.ids.prefix(limit) + suffix
  }

  /// Adds the ids of a stretch of text between added tokens.
  private func append(_ utf8: UnsafeBufferPointer<UInt8>, to writer: inout WordPieceWriter) {
    var index = 0
    while index < utf8.count && !writer.isFull {
      let byte = utf8[index]
      switch asciiKinds[byte] {
      case .letter:
        var end = index + 1
        while end < utf8.count, asciiKinds[utf8[end]] == .letter { end += 1 }
        if writer.isBetweenWords && (end == utf8.count || asciiKinds[utf8[end]].endsWord) {
          writer.append(asciiWord: utf8, index, end, lowercases: lowercases)
        } else {
          writer.append(asciiPart: utf8, index, end, lowercases: lowercases)
        }
        index = end
      case .space:
        writer.endWord()
        index += 1
      case .punctuation:
        writer.append(isolated: UInt32(byte))
        index += 1
      case .skipped:
        index += 1
      case .multibyte:
        let scalar = utf8.scalar(at: index)
        append(scalar.value, to: &writer)
        index += scalar.byteCount
      }
    }
    writer.endWord()
  }

  @inline(__always)
  private func append(_ value: UInt32, to writer: inout WordPieceWriter) {
    let entry = characters[value]
    let character = entry.payload == 0 ? value : entry.payload
    switch entry.kind {
    case .letter: writer.append(character)
    case .space: writer.endWord()
    case .punctuation, .ideograph: writer.append(isolated: character)
    case .skipped: break
    case .expanded: writer.append(expansion: characters.expansion(entry.payload))
    }
  }
}

/// What becomes of a character by its first byte.
struct AsciiKinds: Sendable {
  enum Kind: UInt8 {
    case letter, space, punctuation, skipped, multibyte

    @inline(__always)
    var endsWord: Bool { self == .space || self == .punctuation }
  }

  private let kinds: [Kind]

  init(_ characters: BertCharacters) {
    kinds = (0..<256).map { (byte: UInt32) in
      if byte >= 0x80 { return .multibyte }
      return switch characters[byte].kind {
      case .letter: .letter
      case .space: .space
      case .punctuation: .punctuation
      case .skipped: .skipped
      case .ideograph, .expanded: preconditionFailure("no character of ASCII is one or decomposes")
      }
    }
  }

  @inline(__always)
  subscript(_ byte: UInt8) -> Kind { kinds[Int(byte)] }
}
