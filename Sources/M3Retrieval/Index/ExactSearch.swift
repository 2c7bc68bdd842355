import M3Bytes
public import M3Tensor

/// Search by comparing a query with every vector: what an index of kind `Flat` must agree with, and others approach.
public struct ExactSearch: Sendable {
  /// Elements of a vector.
  public let dimension: Int
  /// (count, dimension), row-major.
  private let vectors: [Float]
  private let kernels: Kernels

  /// - Parameter vectors: (count, dimension), row-major, finite.
  public init(vectors: [Float], dimension: Int, kernels: Kernels = .best) {
    precondition(dimension > 0 && vectors.count % dimension == 0, "not whole vectors")
    self.dimension = dimension
    self.vectors = vectors
    self.kernels = kernels
  }

  /// Reads the embeddings that an index was made of, `vectors-*.m3e`, in the order of their tasks.
  /// - Throws: ``FormatError`` where a file is damaged or of another dimension than the first; ``FileError``.
  public init(paths: [String], kernels: Kernels = .best) throws {
    precondition(!paths.isEmpty, "no file of vectors")
    var dimension: Int?
    var vectors: [Float] = []
    for path in paths {
      let reader = try EmbeddingReader(path: path)
      guard dimension == nil || dimension == reader.dimension else {
        throw FormatError(
          .mismatch(expected: "\(dimension!)", found: "\(reader.dimension)"), field: "dimension", file: path)
      }
      dimension = reader.dimension
      while let block = try reader.next() { vectors += block }
    }
    self.init(vectors: vectors, dimension: dimension!, kernels: kernels)
  }

  public var count: Int { vectors.count / dimension }

  /// The vectors with the largest inner products with a query, best first; of equal ones the smaller position first.
  /// - Parameters:
  ///   - query: (dimension), finite.
  ///   - count: at least 0; fewer are returned where there are fewer.
  public func search(_ query: [Float], count: Int) -> [(position: Int, score: Float)] {
    precondition(query.count == dimension && count >= 0, "a query of another dimension, or for less than nothing")
    let hits = vectors.withUnsafeBufferPointer { vectors in
      (0..<self.count).map { position in
        (position: position, score: kernels.dot(count: dimension, query, vectors.baseAddress! + position * dimension))
      }
    }
    return Array(hits.sorted { ($1.score, $0.position) < ($0.score, $1.position) }.prefix(count))
  }
}
