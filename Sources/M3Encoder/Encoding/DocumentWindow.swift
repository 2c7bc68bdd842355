/// References of one document that a model reads as one sequence, so that each has seen those before it (paper,
/// Remark 3); a window of one reference is the paper's usual case.
public struct DocumentWindow: Sendable, Equatable {
  /// Tokens of each reference without BOS, in the order of the document.
  public var references: [[Int32]]
  /// So many references at the start are read for the sake of those behind them: an earlier window has their memories.
  public var precedingCount: Int

  public init(references: [[Int32]], precedingCount: Int = 0) {
    precondition((0...references.count).contains(precedingCount), "no more references precede than there are")
    self.references = references
    self.precedingCount = precedingCount
  }

  /// The references whose memories the window gives.
  var ownReferences: ArraySlice<[Int32]> { references[precedingCount...] }

  /// Where these stand in the window's sequence.
  func ownSpans(sequence: Int) -> [TokenSpan] {
    var start = 0
    var spans: [TokenSpan] = []
    for reference in references {
      spans.append(TokenSpan(sequence: sequence, start: start, count: reference.count))
      start += reference.count
    }
    return Array(spans[precedingCount...])
  }
}

/// Consecutive tokens of a sequence of a batch.
struct TokenSpan {
  let sequence: Int
  /// The first token, from the sequence's first.
  let start: Int
  let count: Int

  var range: Range<Int> { start..<start + count }
}
