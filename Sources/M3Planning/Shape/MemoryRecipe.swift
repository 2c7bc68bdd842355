/// Which part of a model's key-values a memory keeps, and what it is read beside.
public struct MemoryRecipe: Sendable, Equatable {
  /// Layers with memories, the first ones (section 3.1). The default is half of the model's.
  public var memoryLayerCount: Int
  /// Tokens that a layer's key-value head keeps, as a mean over heads. The default is 8.
  public var tokensPerHead: Int
  /// Tokens of a reference. The default is 128.
  public var referenceLength: Int
  /// Tokens of a context that read the same memories. The default is 64.
  public var chunkLength: Int
  /// Tokens of a sequence in training: what writing into parameters attends to. The default is 2048.
  public var trainingLength: Int
  /// Bytes of a key or value under vector compression. The default compresses bf16 as the paper does at 80 dimensions,
  /// 160 bytes to 14, rounded to a byte.
  public var vectorSize: Int
  /// Bytes of a reference's text. The default is 4 a token, as English has them.
  public var textSize: Int

  /// The paper's recipe for a shape.
  /// - Parameter referenceLength: a reference of fewer than 8 tokens keeps them all (section 3.3).
  public init(_ shape: ModelShape, referenceLength: Int? = nil) {
    memoryLayerCount = max(1, shape.layerCount / 2)
    let length = referenceLength ?? 128
    self.referenceLength = length
    tokensPerHead = min(8, length)
    chunkLength = 64
    trainingLength = 2048
    vectorSize = Self.compressedSize(dimension: shape.headDimension)
    // Of lengths that are refused later nothing follows.
    textSize = 4 * min(max(0, length), Int(UInt16.max))
  }

  /// References of the paper's bank. It prints 1.1·10⁸; its sizes (7.17 PB, 45.9 TB, 4.02 TB) and 14.3 billion tokens are
  /// those of 1.12·10⁸.
  public static let paperReferenceCount = 112_000_000

  /// 7 / 40 of a byte an element, that is 11.43 times less than bf16, rounded to the nearest byte.
  static func compressedSize(dimension: Int) -> Int {
    // Divided first: the product may be beyond the range.
    let (whole, rest) = dimension.quotientAndRemainder(dividingBy: 40)
    return max(1, 7 * whole + (7 * rest + 20) / 40)
  }

  /// - Throws: ``PlanError`` for a number that makes no recipe for the shape.
  func require(fitting shape: ModelShape) throws(PlanError) {
    try PlanError.require(memoryLayerCount, 1...shape.layerCount, "memory layers")
    // A payload holds the token count and each place in 16 bits.
    try PlanError.require(referenceLength, 1...Int(UInt16.max), "reference tokens")
    try PlanError.require(tokensPerHead, 1...referenceLength, "tokens a head")
    try PlanError.require(chunkLength, 1...Int.max, "chunk tokens")
    try PlanError.require(trainingLength, 1...Int.max, "training tokens")
    try PlanError.require(vectorSize, 1...Int.max, "bytes a vector")
    try PlanError.require(textSize, 0...Int.max, "text bytes")
  }
}
