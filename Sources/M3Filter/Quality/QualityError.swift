public import M3Text

/// Why a head cannot be trained or cannot score.
public enum QualityError: Error, Sendable, Equatable {
  /// Fewer groups of examples than parts that each need one.
  case tooFewGroups(found: Int, needed: Int)
  /// A vector, or a batch of them, of another length.
  case vectorLength(index: Int, expected: Int, found: Int)
  /// An element that is NaN or infinite.
  case vectorNotFinite(index: Int, element: Int)
  /// A label that is not on the scale.
  case label(index: Int, found: Double, allowed: String)
  /// All examples of a part have this label, so nothing can be learned or measured there.
  case constantLabel(Double, part: String)
  /// A setting that cannot be.
  case setting(String, found: String, allowed: String)
  /// The optimum was not reached: the penalty is too weak for the examples.
  case notConverged(lambda: Double)
  /// The head was trained on the vectors of another encoder.
  case otherEmbedder(expected: EmbedderIdentity, found: EmbedderIdentity)
}

extension QualityError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewGroups(let found, let needed):
      "\(found) groups of examples; \(needed) are needed to divide them"
    case .vectorLength(let index, let expected, let found):
      "vector \(index): \(found) elements where \(expected) are expected"
    case .vectorNotFinite(let index, let element): "vector \(index): element \(element) is not finite"
    case .label(let index, let found, let allowed): "example \(index): label \(found) (allowed: \(allowed))"
    case .constantLabel(let label, let part): "\(part): every example has the label \(label)"
    case .setting(let name, let found, let allowed): "\(name): \(found) is out of range (allowed: \(allowed))"
    case .notConverged(let lambda): "no optimum found with a penalty of \(lambda)"
    case .otherEmbedder(let expected, let found):
      "the head is for vectors of \(expected) (\(expected.digest)), not of \(found) (\(found.digest))"
    }
  }
}
