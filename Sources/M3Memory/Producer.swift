public import M3Bytes
public import M3JSON

/// Who made a memory, and how: everything that must agree for a model to read it (paper, Remark 9), and what a reader
/// needs to place it.
public struct Producer: Sendable, Equatable {
  /// How the context's own BOS behaves when memories are read.
  public enum ContextBOS: String, Sendable, CaseIterable {
    /// The context has none: what an untrained model reads best with.
    case none
    /// It is there and does not see the memories.
    case isolated
    /// It is there and sees them (paper, section 3.1).
    case attend
  }

  /// Whether stored keys are rotated by their position in the reference.
  public enum KeySpace: String, Sendable, CaseIterable {
    case beforeRotation = "before_rotation"
    /// The paper's (section 3.1).
    case afterRotation = "after_rotation"
  }

  /// SHA-256 of the weights file.
  public var modelDigest: SHA256Digest
  /// What decides token ids, as 16 hexadecimal digits.
  public var tokenizerFingerprint: String
  public var architecture: String
  /// L, all decoder layers of the model.
  public var layerCount: Int
  /// H.
  public var queryHeadCount: Int
  /// Memory layers, G and D.
  public var shape: MemoryShape
  /// θ of the rotary embedding, as the shortest decimal that gives it again.
  public var rotaryBase: String
  /// D / 2 divisors of the rotary frequencies, as shortest decimals; empty where the model has none.
  public var rotaryFactors: [String]
  /// The text whose key-values every sequence reads first (paper, section 3.1: `<s>Reference:`).
  public var bosText: String
  /// Its tokens.
  public var bosTokens: [Int32]
  public var contextBOS: ContextBOS
  public var keySpace: KeySpace
  /// The rule and allocation by which tokens were chosen: for people, for comparison, and to encode more of them.
  public var selection: JSONObject

  public init(
    modelDigest: SHA256Digest, tokenizerFingerprint: String, architecture: String, layerCount: Int, queryHeadCount: Int,
    shape: MemoryShape, rotaryBase: String, rotaryFactors: [String], bosText: String, bosTokens: [Int32],
    contextBOS: ContextBOS,
    keySpace: KeySpace, selection: JSONObject
  ) {
    self.modelDigest = modelDigest
    self.tokenizerFingerprint = tokenizerFingerprint
    self.architecture = architecture
    self.layerCount = layerCount
    self.queryHeadCount = queryHeadCount
    self.shape = shape
    self.rotaryBase = rotaryBase
    self.rotaryFactors = rotaryFactors
    self.bosText = bosText
    self.bosTokens = bosTokens
    self.contextBOS = contextBOS
    self.keySpace = keySpace
    self.selection = selection
  }

  /// Where a context's first token stands when it reads memories (parallel position encoding, section 3.1): behind the
  /// BOS and the longest reference, and never before position 128.
  public func contextPosition(longestReference: Int) -> Int {
    Self.contextPosition(bosTokenCount: bosTokens.count, longestReference: longestReference)
  }

  /// Where a memory's first token is read. Stored keys that are rotated stay where they are, behind the BOS; others are
  /// placed so that the reference ends where the context begins: a context that goes on where a reference ends is then as
  /// near to it as in a text (recovered of continuations, exact key-values: .82 with a gap, 1.00 without).
  /// - Parameter longestReference: of the bank.
  public func firstPosition(tokenCount: Int, longestReference: Int) -> Int {
    guard keySpace == .beforeRotation else { return bosTokens.count }
    return contextPosition(longestReference: longestReference) - tokenCount
  }

  public static func contextPosition(bosTokenCount: Int, longestReference: Int) -> Int {
    max(128, bosTokenCount + longestReference)
  }
}
