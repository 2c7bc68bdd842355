/// Sees what attention computes, layer by layer. Pointers are valid during the call only.
public protocol AttentionObserver: AnyObject {
  /// Queries, keys and values before rotation.
  func projected(layer: Int, _ projections: Projections)
  /// The same after rotation of queries and keys.
  func rotated(layer: Int, _ projections: Projections)
  /// Whether ``attended(layer:_:)`` is wanted of a layer's sequence.
  func wantsProbabilities(layer: Int) -> Bool
  /// Attention probabilities of one query head in one sequence.
  func attended(layer: Int, _ probabilities: AttentionProbabilities)
}

extension AttentionObserver {
  public func projected(layer: Int, _ projections: Projections) {}
  public func rotated(layer: Int, _ projections: Projections) {}
  public func wantsProbabilities(layer: Int) -> Bool { false }
  public func attended(layer: Int, _ probabilities: AttentionProbabilities) {}
}

/// The fused projection of a batch: (N, (H + 2G) · D), row-major; a token's queries, then keys, then values.
public struct Projections {
  public let pointer: UnsafePointer<Float>
  public let configuration: LlamaConfiguration
  /// First row of each sequence, and the number of all rows at the end.
  public let sequenceOffsets: [Int]

  /// Elements from one row to the next.
  public var stride: Int { configuration.projectionSize }

  /// D elements of a query head.
  public func query(row: Int, head: Int) -> UnsafePointer<Float> {
    pointer + row * stride + head * configuration.headDimension
  }

  /// D elements of a key.
  public func key(row: Int, head: Int) -> UnsafePointer<Float> {
    pointer + row * stride + configuration.querySize + head * configuration.headDimension
  }

  /// D elements of a value.
  public func value(row: Int, head: Int) -> UnsafePointer<Float> {
    pointer + row * stride + configuration.querySize + configuration.keyValueSize + head * configuration.headDimension
  }
}

/// Probabilities of one query head: (queryCount, columns), a row every `stride`; columns are the memory's rows, then
/// the cache's, then the sequence's own tokens. What a query may not see is exactly zero.
public struct AttentionProbabilities {
  public let pointer: UnsafePointer<Float>
  public let stride: Int
  /// Index of the sequence in the batch.
  public let sequence: Int
  public let queryHead: Int
  public let keyValueHead: Int
  public let queryCount: Int
  /// Columns before the sequence's own tokens.
  public let precedingCount: Int

  /// Probabilities of one query over the sequence's own tokens.
  public func overOwnTokens(query: Int) -> UnsafePointer<Float> { pointer + query * stride + precedingCount }
}
