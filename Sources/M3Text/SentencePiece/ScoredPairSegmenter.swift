/// Byte pair encoding by scores: of all neighbours that make a piece together, those whose piece has the highest
/// score are joined, leftmost first, until no neighbours make a piece.
///
/// Symbols are ids of the vocabulary, and behind them the characters of the alphabet, for those that are
/// no piece themselves.
struct ScoredPairSegmenter: PieceSegmenter {
  let alphabet: PieceAlphabet
  let unknownCharacters: UnknownCharacters
  /// The symbol of each character of the alphabet.
  let characterSymbols: [Int32]
  let vocabularyCount: Int
  let rules: ScoredMerges
  /// Pieces that are taken where they stand, before all joining; nil if there are none.
  let userDefined: PieceTrie?

  /// Stretches of up to this many symbols are joined by looking through all pairs.
  private static let shortCount = 64

  struct Workspace {
    fileprivate var symbols: [Int32] = []
  }

  func makeWorkspace() -> Workspace { Workspace() }

  func append(
    _ characters: [PieceCharacter], to ids: inout [Int32], from base: Int, pathScore: inout Float,
    _ workspace: inout Workspace
  ) {
    // A character outside of the alphabet has no neighbours.
    if characters[0].number == PieceAlphabet.none {
      unknownCharacters.append(characters[0].value, to: &ids, from: base)
      return
    }
    readSymbols(characters, into: &workspace.symbols)
    if workspace.symbols.count <= Self.shortCount {
      let count = workspace.symbols.withUnsafeMutableBufferPointer { rules.mergeFew($0) }
      for index in 0..<count { append(symbol: workspace.symbols[index], to: &ids, from: base) }
    } else {
      rules.mergeMany(&workspace.symbols)
      for symbol in workspace.symbols { append(symbol: symbol, to: &ids, from: base) }
    }
  }

  @inline(__always)
  private func readSymbols(_ characters: [PieceCharacter], into symbols: inout [Int32]) {
    symbols.removeAll(keepingCapacity: true)
    guard let userDefined else {
      for character in characters { symbols.append(characterSymbols[Int(character.number)]) }
      return
    }
    var index = 0
    while index < characters.count {
      if let match = userDefined.longestMatch(in: characters, from: index) {
        symbols.append(match.piece)
        index = match.end
      } else {
        symbols.append(characterSymbols[Int(characters[index].number)])
        index += 1
      }
    }
  }

  @inline(__always)
  private func append(symbol: Int32, to ids: inout [Int32], from base: Int) {
    if symbol < vocabularyCount {
      ids.append(symbol)
    } else {
      unknownCharacters.append(alphabet.values[Int(symbol) - vocabularyCount], to: &ids, from: base)
    }
  }
}
