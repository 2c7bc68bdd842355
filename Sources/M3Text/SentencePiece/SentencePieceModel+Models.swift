internal import M3Bytes

extension SentencePieceModel where Segmenter == ScoredPairSegmenter {
  /// Byte pair encoding by scores.
  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`.
  init(scoredPairs checked: SentencePieceDefinition) throws(FormatError) {
    let (definition, kinds) = (checked.definition, checked.vocabulary.kinds)
    let set = try PieceSet(definition, kinds: kinds)
    let (vocabularyCount, symbolCount) = (kinds.count, kinds.count + set.alphabet.count)
    guard symbolCount <= PairTable.maximumIDCount else {
      throw FormatError(
        .outOfRange(found: "\(symbolCount) tokens and characters", allowed: "up to \(PairTable.maximumIDCount)"),
        field: TokenizerField.tokens)
    }
    let trie = try set.trie { _ in true }
    let characterSymbols = (0..<Int32(set.alphabet.count)).map { character in
      let piece = trie.piece(of: [character])
      return piece == PieceTrie.none || kinds[Int(piece)] == .unused ? Int32(vocabularyCount) + character : piece
    }
    let pairs = try Self.pairs(set, trie, characterSymbols, kinds)
    let userDefined = try set.userDefined(kinds)
    try self.init(
      checked, set, userDefined: userDefined,
      segmenter: ScoredPairSegmenter(
        alphabet: set.alphabet, unknownCharacters: checked.unknownCharacters, characterSymbols: characterSymbols,
        vocabularyCount: vocabularyCount, rules: ScoredMerges(pairs, scores: definition.scores),
        userDefined: userDefined))
  }

  /// All ways to make a piece of two symbols.
  private static func pairs(
    _ set: PieceSet, _ trie: PieceTrie, _ characterSymbols: [Int32], _ kinds: [TokenKind]
  ) throws(FormatError) -> [ScoredMerges.Pair] {
    func symbol(_ characters: ArraySlice<Int32>) -> Int32 {
      if characters.count == 1, let character = characters.first { return characterSymbols[Int(character)] }
      return trie.piece(of: characters)
    }
    var pairs: [ScoredMerges.Pair] = []
    for piece in set.pieces where kinds[Int(piece.id)] != .userDefined {
      for split in piece.characters.indices.dropFirst() {
        let left = symbol(piece.characters[..<split])
        let right = symbol(piece.characters[split...])
        guard left != PieceTrie.none, right != PieceTrie.none else { continue }
        guard kinds[Int(piece.id)] != .unused else {
          throw FormatError(
            .unsupported(found: "a token out of use (type 5) that text can become"),
            field: "\(TokenizerField.types)[\(piece.id)]")
        }
        pairs.append(ScoredMerges.Pair(left: left, right: right, product: piece.id))
      }
      guard pairs.count <= ScoredMerges.maximumPairCount else {
        throw FormatError(
          .outOfRange(found: "more pairs", allowed: "up to \(ScoredMerges.maximumPairCount)"),
          field: TokenizerField.tokens)
      }
    }
    return pairs
  }
}

extension SentencePieceModel where Segmenter == UnigramSegmenter {
  /// What a character that is no piece scores below the lowest score of a piece.
  private static var unknownPenalty: Float { 10 }
  /// What a user-defined piece scores for each byte behind the first, more than any probability does.
  private static var userDefinedBonus: Double { 0.1 }

  /// The unigram model.
  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`.
  init(unigram checked: SentencePieceDefinition) throws(FormatError) {
    let (definition, kinds) = (checked.definition, checked.vocabulary.kinds)
    let set = try PieceSet(definition, kinds: kinds)
    var lowest = Float.greatestFiniteMagnitude
    for (score, kind) in zip(definition.scores, kinds) where kind == .ordinary { lowest = min(lowest, score) }
    var scores = definition.scores
    for piece in set.pieces where kinds[Int(piece.id)] == .userDefined {
      let byteCount = piece.characters.reduce(0) { $0 + UTF8.width(of: set.alphabet.values[Int($1)]) }
      scores[Int(piece.id)] = Float(Self.userDefinedBonus * Double(byteCount - 1))
    }
    try self.init(
      checked, set, userDefined: try set.userDefined(kinds),
      segmenter: UnigramSegmenter(
        unknownCharacters: checked.unknownCharacters, trie: try set.trie { kinds[Int($0)] != .unused },
        scores: scores, unknownScore: lowest - Self.unknownPenalty))
  }
}

extension SentencePieceModel {
  private init(
    _ checked: SentencePieceDefinition, _ set: PieceSet, userDefined: PieceTrie?, segmenter: Segmenter
  ) throws(FormatError) {
    self.init(
      alphabet: set.alphabet, neighbours: try set.neighbours(), unknownCharacters: checked.unknownCharacters,
      addsSpacePrefix: checked.addsSpacePrefix, removesExtraWhitespace: checked.removesExtraWhitespace,
      rules: checked.rules, userDefined: userDefined, segmenter: segmenter)
  }
}

extension UTF8 {
  fileprivate static func width(of value: UInt32) -> Int {
    value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4
  }
}
