public import M3Text

/// Scores texts with an encoder and the head that was trained on its vectors.
public struct ModelQualityScorer: QualityScorer {
  public let head: QualityHead
  private let embedder: any TextEmbedder

  /// - Throws: ``QualityError`` `otherEmbedder`, `vectorLength` for an encoder that is not the head's.
  public init(head: QualityHead, embedder: some TextEmbedder) throws(QualityError) {
    try head.requireFit(embedder.identity)
    guard embedder.dimension == head.dimension else {
      throw .vectorLength(index: 0, expected: head.dimension, found: embedder.dimension)
    }
    self.head = head
    self.embedder = embedder
  }

  public func scores(of texts: [String]) throws -> [Double] {
    let vectors = try embedder.embed(texts)
    guard vectors.count == texts.count * head.dimension else {
      throw QualityError.vectorLength(index: 0, expected: texts.count * head.dimension, found: vectors.count)
    }
    return try head.scores(vectors)
  }
}
