import M3Stage

/// faiss's string for a kind of index, taken apart as far as to know that it can be made and trained.
///
/// faiss's own parser takes strings that end the process when the index is made or trained. So these are known, and others
/// refused: transforms (`OPQ16`, `OPQ16_64`, `PCA64`, `PCAR64`, `PCAW64`, `PCAWR64`, `L2norm`), then lists (`IVF4096`,
/// `IVF65536_HNSW32`), then how vectors are kept (`Flat`, `HNSW32`, `PQ48`, `PQ48x8`, `SQ4`, `SQ6`, `SQ8`, `SQfp16`), then
/// `RFlat`, with commas between.
struct IndexFactory {
  /// Lists; 0 for none.
  private(set) var listCount = 0
  /// Vectors that training needs at least; 0 where nothing is learnt.
  private(set) var leastTrainingCount = 0

  private static let largestDegree = 512
  private static let largestListCount = 1 << 24

  /// - Throws: ``StageError`` `usage` saying what is wrong for vectors of this dimension.
  init(_ text: String, dimension: Int) throws(StageError) {
    func refuse(_ reason: String) -> StageError {
      .usage("index.factory \(text) for vectors of \(dimension) elements: \(reason)")
    }
    var width = dimension
    var parts = text.split(separator: ",", omittingEmptySubsequences: false)[...]
    while let part = parts.first, let wanted = Self.transform(part) {
      guard let output = wanted(width) else { throw refuse("\(part) does not divide or reduce \(width) elements") }
      width = output
      parts.removeFirst()
    }
    if let match = parts.first?.wholeMatch(of: /IVF([0-9]{1,9})(?:_HNSW([0-9]{1,9}))?/) {
      listCount = Int(match.1)!
      guard (1...Self.largestListCount).contains(listCount) else { throw refuse("1 to \(Self.largestListCount) lists") }
      if let degree = match.2 { try Self.requireDegree(degree, refuse) }
      leastTrainingCount = listCount
      parts.removeFirst()
    }
    guard let kept = parts.popFirst() else { throw refuse("it does not say how vectors are kept") }
    if let match = kept.wholeMatch(of: /PQ([0-9]{1,9})(?:x([0-9]{1,2}))?/) {
      let (pieces, bits) = (Int(match.1)!, match.2.map { Int($0)! } ?? 8)
      guard pieces > 0, width.isMultiple(of: pieces) else {
        throw refuse("\(pieces) pieces do not divide \(width) elements")
      }
      guard (1...16).contains(bits) else { throw refuse("1 to 16 bits a piece") }
      leastTrainingCount = max(leastTrainingCount, 1 << bits)
    } else if let match = kept.wholeMatch(of: /HNSW([0-9]{1,9})/), listCount == 0 {
      try Self.requireDegree(match.1, refuse)
    } else if kept.wholeMatch(of: /SQ(?:4|6|8|fp16)/) != nil {
      leastTrainingCount = max(leastTrainingCount, 1)
    } else if kept != "Flat" {
      throw refuse(
        "\(kept) is none of the kinds that are known: Flat, HNSW32, PQ48x8, SQ8, IVF4096 before these but HNSW")
    }
    if parts.first == "RFlat" { parts.removeFirst() }
    guard parts.isEmpty else { throw refuse("\(parts.joined(separator: ",")) cannot stand there") }
  }

  /// What a transform makes of a width, nil for one that it cannot take; nil for what is no transform.
  private static func transform(_ part: Substring) -> ((Int) -> Int?)? {
    if part == "L2norm" { return { $0 } }
    if let match = part.wholeMatch(of: /OPQ([0-9]{1,9})(?:_([0-9]{1,9}))?/) {
      let (pieces, output) = (Int(match.1)!, match.2.map { Int($0)! })
      return { width in
        let reduced = output ?? width
        return pieces > 0 && reduced > 0 && reduced <= width && reduced.isMultiple(of: pieces) ? reduced : nil
      }
    }
    if let match = part.wholeMatch(of: /PCAW?R?([0-9]{1,9})/) {
      let output = Int(match.1)!
      return { width in (1...width).contains(output) ? output : nil }
    }
    return nil
  }

  private static func requireDegree(_ text: Substring, _ refuse: (String) -> StageError) throws(StageError) {
    // The logarithm of a graph's degree is divided by.
    guard (2...largestDegree).contains(Int(text)!) else { throw refuse("2 to \(largestDegree) links a vector") }
  }

  /// - Throws: ``StageError`` `usage` where an index of this kind cannot learn from so few vectors.
  func requireTraining(_ text: String, count: Int) throws(StageError) {
    guard count >= leastTrainingCount else {
      throw .usage("index.factory \(text) with \(count) vectors to learn from: it needs \(leastTrainingCount)")
    }
  }
}
