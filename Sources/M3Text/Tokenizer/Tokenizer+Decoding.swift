extension Tokenizer {
  /// The bytes of a sequence of tokens; control tokens give their spelling, the unknown token ` ⁇ `.
  ///
  /// A sequence that begins or ends within a character gives bytes that are not UTF-8. An id
  /// outside of the vocabulary has no bytes.
  ///
  /// - Parameter isStart: whether the tokens are a text's first ones. The space that encoding puts before a
  ///   text is then left out; tokens that follow others keep it, as the space between words.
  public func decode(_ ids: some Sequence<Int32>, isStart: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    var isStart = isStart && model.losesLeadingSpaces != .none
    for id in ids where vocabulary.bytes.indices.contains(Int(id)) {
      var token = vocabulary.bytes[Int(id)][...]
      let kind = vocabulary.kinds[Int(id)]
      if isStart, kind != .control {
        isStart = false
        if kind.isPiece, token.first == UInt8(ascii: " ") {
          token.removeFirst()
          isStart = model.losesLeadingSpaces == .all && token.isEmpty
        }
      }
      bytes += token
    }
    return bytes
  }
}

extension TokenizerModel {
  enum LeadingSpaces {
    case none, one, all
  }

  /// The spaces at a text's start that its tokens do not keep apart from those that encoding puts there.
  fileprivate var losesLeadingSpaces: LeadingSpaces {
    switch self {
    case .byteLevel: .none
    case .scoredPairs(let model): model.removesExtraWhitespace ? .all : model.addsSpacePrefix ? .one : .none
    case .unigram(let model): model.removesExtraWhitespace ? .all : model.addsSpacePrefix ? .one : .none
    }
  }
}
