/// Finds references that speak of what a text speaks of.
public protocol ReferenceSearch: Sendable {
  /// The nearest references of each text, the most similar first; of equal ones the smaller index.
  ///
  /// - Parameter threads: so many may share the work; what is found does not depend on them.
  func nearest(to texts: [String], count: Int, threads: Int) throws -> [[ReferenceHit]]
}

extension ReferenceSearch {
  /// On the calling thread alone.
  public func nearest(to texts: [String], count: Int) throws -> [[ReferenceHit]] {
    try nearest(to: texts, count: count, threads: 1)
  }
}

/// A reference that a search found.
public struct ReferenceHit: Sendable, Equatable {
  /// Its place in the bank's order.
  public var index: Int
  /// Cosine of the two texts' vectors.
  public var similarity: Float

  public init(index: Int, similarity: Float) {
    self.index = index
    self.similarity = similarity
  }
}
