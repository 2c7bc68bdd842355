/// The shape of a decoder, as far as sizes and costs of memories depend on it.
public struct ModelShape: Sendable, Equatable {
  /// L, decoder layers.
  public let layerCount: Int
  /// H, query heads.
  public let queryHeadCount: Int
  /// G, key-value heads; H is a multiple of it.
  public let keyValueHeadCount: Int
  /// D, elements of a head.
  public let headDimension: Int
  /// d, width of the residual stream.
  public let hiddenSize: Int
  /// W, width of the gated feed-forward layer.
  public let feedForwardSize: Int
  /// V, entries of the vocabulary.
  public let vocabularySize: Int

  /// - Parameter hiddenSize: the default is H · D.
  /// - Throws: ``PlanError`` for a number below 1, H that is no multiple of G, and H · D beyond 2⁶³ − 1.
  public init(
    layerCount: Int, queryHeadCount: Int, keyValueHeadCount: Int, headDimension: Int, hiddenSize: Int? = nil,
    feedForwardSize: Int, vocabularySize: Int
  ) throws(PlanError) {
    try PlanError.require(layerCount, 1...Int.max, "layers")
    try PlanError.require(queryHeadCount, 1...Int.max, "query heads")
    try PlanError.require(keyValueHeadCount, 1...queryHeadCount, "key-value heads")
    guard queryHeadCount.isMultiple(of: keyValueHeadCount) else {
      throw .outOfRange(
        name: "key-value heads", found: keyValueHeadCount, allowed: "a divisor of \(queryHeadCount) query heads")
    }
    try PlanError.require(headDimension, 1...Int.max, "head dimension")
    try PlanError.require(feedForwardSize, 1...Int.max, "feed-forward size")
    try PlanError.require(vocabularySize, 1...Int.max, "vocabulary")
    let querySize = try (CheckedCount(queryHeadCount) * CheckedCount(headDimension)).value(of: "hidden size")
    try PlanError.require(hiddenSize ?? querySize, 1...Int.max, "hidden size")
    self.layerCount = layerCount
    self.queryHeadCount = queryHeadCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.hiddenSize = hiddenSize ?? querySize
    self.feedForwardSize = feedForwardSize
    self.vocabularySize = vocabularySize
  }

  private init(paperWith layerCount: Int) {
    self.layerCount = layerCount
    queryHeadCount = 40
    keyValueHeadCount = 8
    headDimension = 80
    hiddenSize = 3200
    feedForwardSize = 3200
    vocabularySize = 60_416
  }

  /// The model of arXiv 2407.01178: 44 layers, 40 query heads, 8 key-value heads of 80.
  public static let paper = ModelShape(paperWith: 44)
}
