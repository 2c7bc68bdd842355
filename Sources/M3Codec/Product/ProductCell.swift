/// What the vectors of one cell are coded with: y = rotation · (x − mean); x̂ = mean + rotationᵀ · Σ centroids.
public struct ProductCell: Sendable, Equatable {
  /// (D).
  public var mean: [Float]
  /// (D, D), orthogonal; empty where the layout is not rotated.
  public var rotation: [Float]
  /// (stage, subspace, K, elements of the subspace), each exact in half precision.
  public var centroids: [Float]

  public init(mean: [Float], rotation: [Float], centroids: [Float]) {
    self.mean = mean
    self.rotation = rotation
    self.centroids = centroids
  }
}
