/// How the weights of blocks are gathered.
public struct BlockWeightSettings: Sendable, Equatable {
  /// Tokens between a memory and the repetition of its reference.
  public var repeatPrompt: [Int32]
  /// Times the squared gradients while the model continues a reference, against those while it repeats it.
  public var continuationFactor: Double
  /// Times the weights of keys, whose errors move what is attended to as well.
  public var keyFactor: Double
  /// Times another reference's centred key-values, which are added to what is read: gradients are wanted where decoded
  /// memories lie, not at the exact ones.
  public var noise: Float
  public var seed: UInt64

  /// The prompt that goes with ``repeatPrompt`` unless settings say otherwise.
  public static let repeatText = "\n\nRepeat the text above:\n"

  public init(
    repeatPrompt: [Int32], continuationFactor: Double = 1, keyFactor: Double = 2.5, noise: Float = 0.4, seed: UInt64 = 0
  ) {
    self.repeatPrompt = repeatPrompt
    self.continuationFactor = continuationFactor
    self.keyFactor = keyFactor
    self.noise = noise
    self.seed = seed
  }
}
