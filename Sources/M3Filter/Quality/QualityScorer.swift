/// What gives texts a score of quality: a head on an encoder.
public protocol QualityScorer: Sendable {
  /// One score a text, 0 for the worst to 1 for the best; the same for a text whatever texts stand beside it.
  /// - Throws: where the encoder cannot take a text.
  func scores(of texts: [String]) throws -> [Double]
}
