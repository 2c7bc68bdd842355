/// What a predicted codec predicts a reference's key-values from.
public struct FeatureKind: Sendable, Equatable {
  /// Decoder layers whose output is a feature besides the tokens' embeddings; 0 for the embeddings alone.
  public let hiddenLayers: Int
  /// C of the model.
  public let hiddenSize: Int

  public init(hiddenLayers: Int, hiddenSize: Int) {
    self.hiddenLayers = hiddenLayers
    self.hiddenSize = hiddenSize
  }

  /// Elements of a token's row: its embedding and, where there is one, its hidden state.
  public var width: Int { hiddenLayers == 0 ? hiddenSize : 2 * hiddenSize }
}

/// What a model's first layers say of a reference's tokens.
///
/// A row is the token's embedding and, with ``FeatureKind/hiddenLayers``, its hidden state after so many layers, each
/// divided by its root mean square. The state is that of a reference which attends to the bank's BOS and itself.
public struct TokenFeatures: Sendable, Equatable {
  /// T, BOS not counted.
  public let tokenCount: Int
  public let width: Int
  /// (1 + T, width): the last token of the BOS text, then the reference's tokens.
  public let rows: [Float]

  /// - Precondition: as many rows as tokens, and one more.
  public init(tokenCount: Int, width: Int, rows: [Float]) {
    precondition(rows.count == (1 + tokenCount) * width, "a row a token, and one of the BOS text")
    self.tokenCount = tokenCount
    self.width = width
    self.rows = rows
  }
}

/// Gives the features of references: the model's part in reading a predicted memory.
public protocol FeatureProvider: Sendable {
  /// What it gives.
  var kind: FeatureKind { get }
  /// - Throws: where the text has no tokens in this model, or more than its context.
  func features(of text: String) throws -> TokenFeatures
}
