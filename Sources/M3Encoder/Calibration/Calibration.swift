public import M3Bytes

/// What was found out about a model once, from some references: which BOS text it reads best behind, and which of its
/// heads carry the reading (paper, Remark 5).
public struct Calibration: Sendable, Equatable {
  /// SHA-256 of the weights file.
  public var modelDigest: SHA256Digest
  public var tokenizerFingerprint: String
  /// Kernels that computed it.
  public var kernel: String
  public var referenceCount: Int
  /// Tokens of the references, BOS not counted.
  public var tokenCount: Int
  /// SHA-256 over the references' texts, a zero byte behind each.
  public var sampleDigest: SHA256Digest
  /// What stood between a reference and its repetition.
  public var repeatPrompt: String
  /// The best first; at least one.
  public var bos: [RankedBOS]
  /// Every key-value head of the model, the best first.
  public var heads: [RankedHead]

  /// A BOS text and how well the model foresees the references behind it.
  public struct RankedBOS: Sendable, Equatable {
    /// Control tokens spelled in it are tokens. Empty: the model's own BOS token, where it cannot be spelled.
    public var text: String
    /// exp of the mean negative log-likelihood of the references' tokens; 4 decimals.
    public var perplexity: String

    public init(text: String, perplexity: String) {
      self.text = text
      self.perplexity = perplexity
    }
  }

  /// A head and how much of the reading it carries.
  public struct RankedHead: Sendable, Equatable {
    public var head: KeyValueHead
    /// Mean over the tokens of all references of the largest attention that a token receives in the head while the
    /// model repeats its reference; 0 to 1, 6 decimals.
    public var score: String

    public init(head: KeyValueHead, score: String) {
      self.head = head
      self.score = score
    }
  }

  public init(
    modelDigest: SHA256Digest, tokenizerFingerprint: String, kernel: String, referenceCount: Int, tokenCount: Int,
    sampleDigest: SHA256Digest, repeatPrompt: String, bos: [RankedBOS], heads: [RankedHead]
  ) {
    self.modelDigest = modelDigest
    self.tokenizerFingerprint = tokenizerFingerprint
    self.kernel = kernel
    self.referenceCount = referenceCount
    self.tokenCount = tokenCount
    self.sampleDigest = sampleDigest
    self.repeatPrompt = repeatPrompt
    self.bos = bos
    self.heads = heads
  }
}
