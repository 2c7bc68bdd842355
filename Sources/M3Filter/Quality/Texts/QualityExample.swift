public import M3Text

/// A text's vector and how good the text is.
public struct QualityExample: Sendable, Equatable {
  /// As an encoder gives it; every one of a training has the same length.
  public var vector: [Float]
  /// 0 or 1, or a grade; see ``LabelScale``.
  public var label: Double
  /// Examples of one group are never divided between training and test, nor between folds: what comes from one document
  /// would let a head know it again. nil: a group of its own.
  public var group: String?

  public init(vector: [Float], label: Double, group: String? = nil) {
    self.vector = vector
    self.label = label
    self.group = group
  }
}

extension QualityExample {
  /// Embeds labelled texts, `batch` at a time; their documents are the groups.
  /// - Parameter progress: given the number of texts of each batch that is done.
  /// - Throws: what the encoder throws; ``QualityError`` where it gives another number of elements than it says.
  public static func embed(
    _ texts: [LabelledText], with embedder: some TextEmbedder, batch: Int = 64, progress: (Int) -> Void = { _ in }
  )
    throws -> [QualityExample]
  {
    precondition(batch > 0, "a batch of something")
    let dimension = embedder.dimension
    var examples: [QualityExample] = []
    examples.reserveCapacity(texts.count)
    for start in stride(from: 0, to: texts.count, by: batch) {
      let part = texts[start..<min(start + batch, texts.count)]
      let rows = try embedder.embed(part.map(\.text))
      guard rows.count == part.count * dimension else {
        throw QualityError.vectorLength(
          index: start, expected: part.count * dimension, found: rows.count)
      }
      for (row, text) in part.enumerated() {
        examples.append(
          QualityExample(
            vector: Array(rows[row * dimension..<(row + 1) * dimension]), label: text.label, group: text.documentID))
      }
      progress(part.count)
    }
    return examples
  }
}
