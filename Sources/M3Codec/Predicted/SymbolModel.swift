/// How the quantized components of a residual are distributed, given how large they usually are and how large the codes
/// before them came out.
///
/// A component of deviation σ, quantized with step Δ, belongs to a scale class by log₂(σ / Δ); its context (``ContextBounds``)
/// says whether its token has larger codes than usual. So one model serves every step: the rate of a bank is chosen when it is encoded.
public struct SymbolModel: Sendable, Equatable {
  /// Largest magnitude that has a symbol of its own; beyond it an escape and the rest in bits.
  public static let largestMagnitude = 15
  /// Symbols of a table: −15 … 15 and the escape.
  public static let symbolCount = 2 * largestMagnitude + 2
  /// Scale classes a factor of two of σ / Δ.
  public static let classesPerOctave = 4
  /// log₂(σ / Δ) of the first class. Components below it are not coded: nearly all would be 0.
  public static let firstScale: Float = -3
  public static let classCount = 40
  public static let contextCount = 8
  /// Frequencies of a table add up to 1 << frequencyBits.
  public static let frequencyBits = 14

  /// (classes, contexts, symbols), each at least 1.
  public var frequencies: [UInt16]
  /// (classes, 3): what is added to the magnitude of codes 1, 2 and of larger ones when they are decoded, in steps,
  /// at least −½ and at most ½: the mean of what is coded so.
  public var corrections: [Float]

  public init(frequencies: [UInt16], corrections: [Float]) {
    self.frequencies = frequencies
    self.corrections = corrections
  }
}
