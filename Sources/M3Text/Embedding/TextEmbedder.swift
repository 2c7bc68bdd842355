/// Turns texts into vectors whose inner products say how alike the texts are.
public protocol TextEmbedder: Sendable {
  /// Elements of a vector.
  var dimension: Int { get }

  /// What the vectors depend on besides the text: only vectors of the same identity can be compared.
  var identity: EmbedderIdentity { get }

  /// - Returns: (texts.count, dimension), row-major, float32, in the order of `texts`.
  func embed(_ texts: [String]) throws -> [Float]

  /// The same, with so many threads sharing the work.
  func embed(_ texts: [String], threads: Int) throws -> [Float]
}

extension TextEmbedder {
  public func embed(_ texts: [String], threads: Int) throws -> [Float] { try embed(texts) }
}
