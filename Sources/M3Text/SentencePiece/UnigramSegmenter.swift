/// The unigram model: of all ways to cut a stretch into pieces, the one of the highest sum of scores
/// (Viterbi's algorithm); among equals, the one whose last piece is the longest.
///
/// Sums are kept in single precision and go on from stretch to stretch, because the reference rounds
/// so: rounding decides between paths that differ little, and two orders of the same pieces are such.
struct UnigramSegmenter: PieceSegmenter {
  let unknownCharacters: UnknownCharacters
  let trie: PieceTrie
  /// The score of each piece.
  let scores: [Float]
  /// The score of a character that is no piece.
  let unknownScore: Float

  /// Beyond this, sums begin at 0 again, as in the reference.
  private static let largestSum: Float = 100_000

  /// The best path to a place in a stretch.
  fileprivate struct Step {
    var score: Float
    /// Where its last piece begins, -1 if there is no path yet.
    var start: Int32 = -1
    /// Its last piece, or ``PieceTrie/none`` for a character that is none.
    var piece: Int32 = PieceTrie.none
  }

  struct Workspace {
    fileprivate var steps: [Step] = []
    /// The ends of the best path's pieces, the last one first.
    fileprivate var ends: [Int] = []
  }

  func makeWorkspace() -> Workspace { Workspace() }

  func append(
    _ characters: [PieceCharacter], to ids: inout [Int32], from base: Int, pathScore: inout Float,
    _ workspace: inout Workspace
  ) {
    // A character outside of the alphabet has no neighbours.
    if characters[0].number == PieceAlphabet.none {
      pathScore = Self.isTooLarge(pathScore) ? unknownScore : pathScore + unknownScore
      unknownCharacters.append(characters[0].value, to: &ids, from: base)
      return
    }
    search(characters, from: pathScore, &workspace.steps)
    pathScore = workspace.steps[characters.count].score
    workspace.ends.removeAll(keepingCapacity: true)
    var end = characters.count
    while end > 0 {
      workspace.ends.append(end)
      end = Int(workspace.steps[end].start)
    }
    for end in workspace.ends.reversed() {
      let step = workspace.steps[end]
      if step.piece != PieceTrie.none {
        ids.append(step.piece)
      } else {
        unknownCharacters.append(characters[end - 1].value, to: &ids, from: base)
      }
    }
  }

  /// The best path to each place, from 0 to the stretch's end.
  @inline(__always)
  private func search(_ characters: [PieceCharacter], from score: Float, _ steps: inout [Step]) {
    steps.removeAll(keepingCapacity: true)
    steps.append(contentsOf: repeatElement(Step(score: score), count: characters.count + 1))
    for start in characters.indices {
      if Self.isTooLarge(steps[start].score) { Self.subtract(steps[start].score, from: &steps[start...]) }
      let score = steps[start].score
      var isPiece = false
      var node = PieceTrie.root
      for index in start..<characters.count {
        node = trie.child(of: node, characters[index].number)
        if node == PieceTrie.none { break }
        let piece = trie.piece(at: node)
        if piece == PieceTrie.none { continue }
        if index == start { isPiece = true }
        let sum = scores[Int(piece)] + score
        if steps[index + 1].start < 0 || sum > steps[index + 1].score {
          steps[index + 1] = Step(score: sum, start: Int32(start), piece: piece)
        }
      }
      if !isPiece {
        let sum = unknownScore + score
        if steps[start + 1].start < 0 || sum > steps[start + 1].score {
          steps[start + 1] = Step(score: sum, start: Int32(start))
        }
      }
    }
  }
  @inline(__always)
  private static func isTooLarge(_ sum: Float) -> Bool { sum.magnitude > largestSum }

  private static func subtract(_ score: Float, from steps: inout ArraySlice<Step>) {
    for index in steps.indices { steps[index].score -= score }
  }
}
