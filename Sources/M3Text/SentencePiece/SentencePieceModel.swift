/// Makes the pieces of a stretch of text that no piece leaves or enters.
protocol PieceSegmenter: Sendable {
  /// Memory that is used again for each stretch.
  associatedtype Workspace
  func makeWorkspace() -> Workspace

  /// Appends the ids of a stretch.
  /// - Parameters:
  ///   - base: where the text's ids begin.
  ///   - pathScore: of all pieces before; a segmenter that adds scores up adds this stretch's.
  func append(
    _ characters: [PieceCharacter], to ids: inout [Int32], from base: Int, pathScore: inout Float,
    _ workspace: inout Workspace)
}

/// The tokenizers of SentencePiece: byte pair encoding by scores, and the unigram model.
///
/// Two characters that stand side by side in no piece are never in one token, and what is on one
/// side of such a place does not change the pieces on the other. So a text is cut at those places
/// and its stretches, mostly words, are segmented one by one: time is linear in the text but for
/// the length of stretches.
struct SentencePieceModel<Segmenter: PieceSegmenter>: Sendable {
  let alphabet: PieceAlphabet
  /// The pairs of characters that stand side by side in a piece.
  let neighbours: PairTable
  let unknownCharacters: UnknownCharacters
  let addsSpacePrefix: Bool
  let removesExtraWhitespace: Bool
  /// Rules that rewrite characters; nil for none.
  let rules: CharacterMap?
  /// The user-defined pieces, which no rule rewrites; nil if there are none.
  let userDefined: PieceTrie?
  let segmenter: Segmenter

  /// Appends ids until there are more than `limit`.
  ///
  /// - Parameters:
  ///   - start: where the text begins in the one it is the rest of: a boundary of that one, or its beginning.
  ///   - report: gets the stable boundaries, counted from this text's first byte and first id.
  /// - Returns: how many bytes were encoded.
  func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, continuing start: StableBoundary, until limit: Int,
    into ids: inout [Int32], report: (StableBoundary) -> Void
  ) -> Int {
    guard !utf8.isEmpty else { return 0 }
    let isStart = start.byteOffset == 0
    if let rules {
      let reader = RewritingPieceReader(
        utf8, alphabet, rules: rules, userDefined: userDefined, addsPrefix: addsSpacePrefix,
        collapsesSpaces: removesExtraWhitespace, isStart: isStart)
      return encode(reader, of: utf8.count, pathScore: start.pathScore, until: limit, into: &ids, report: report)
    }
    let reader = PlainPieceReader(
      utf8, alphabet, addsPrefix: addsSpacePrefix, collapsesSpaces: removesExtraWhitespace, isStart: isStart)
    return encode(reader, of: utf8.count, pathScore: start.pathScore, until: limit, into: &ids, report: report)
  }

  @inline(__always)
  private func encode(
    _ reader: some PieceReader, of byteCount: Int, pathScore: Float, until limit: Int, into ids: inout [Int32],
    report: (StableBoundary) -> Void
  ) -> Int {
    let base = ids.count
    var pathScore = pathScore
    var workspace = segmenter.makeWorkspace()
    var reader = reader
    var stretch: [PieceCharacter] = []
    var last = PieceCharacter(value: 0, number: PieceAlphabet.none)
    // Where the last character ends, 0 if that is no place at which the text could be cut.
    var byteOffset = 0
    while let character = reader.next() {
      if !stretch.isEmpty, !areNeighbours(last, character) {
        segmenter.append(stretch, to: &ids, from: base, pathScore: &pathScore, &workspace)
        stretch.removeAll(keepingCapacity: true)
        // Before the first byte there is only the prefix.
        if byteOffset > 0 {
          if reader.isSteady, isStable(behind: last, ids[ids.count - 1]) {
            report(StableBoundary(byteOffset: byteOffset, tokenCount: ids.count - base, pathScore: pathScore))
          }
          if ids.count - base > limit { return byteOffset }
        }
      }
      stretch.append(character)
      last = character
      byteOffset = reader.isWhole ? reader.byteOffset : 0
    }
    if !stretch.isEmpty {
      segmenter.append(stretch, to: &ids, from: base, pathScore: &pathScore, &workspace)
    }
    report(StableBoundary(byteOffset: byteCount, tokenCount: ids.count - base, pathScore: pathScore))
    return byteCount
  }

  @inline(__always)
  private func areNeighbours(_ left: PieceCharacter, _ right: PieceCharacter) -> Bool {
    left.number != PieceAlphabet.none && right.number != PieceAlphabet.none
      && neighbours.index(left.number, right.number) != PairTable.none
  }

  /// A run of unknown characters may go on, and spaces may turn out to be the text's last.
  private func isStable(behind character: PieceCharacter, _ id: Int32) -> Bool {
    !unknownCharacters.isOpenRun(id) && !(removesExtraWhitespace && character.value == PieceAlphabet.space)
  }
}
