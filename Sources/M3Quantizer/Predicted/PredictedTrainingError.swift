/// Why a predicted codec cannot be trained.
public enum PredictedTrainingError: Error, Sendable, Equatable {
  /// A setting that cannot be.
  case setting(String, found: String, allowed: String)
  /// A reference's memory of another shape, or without some of its tokens; the reference's place in the source.
  case incompleteMemory(reference: Int)
  /// Features of another width or of another number of tokens.
  case features(reference: Int, found: String, expected: String)
  /// Key-values or features that are NaN, infinite or too large to square.
  case notFinite(reference: Int)
  /// Fewer references than can be divided into those to fit and those to measure on.
  case tooFewReferences(found: Int, needed: Int)
  /// Key-values that do not vary: there is nothing to code.
  case noVariance
  /// A pass read another number of tokens than the one before.
  case sourceChanged(before: Int, now: Int)
}

extension PredictedTrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .setting(let name, let found, let allowed): "\(name): \(found) is out of range (allowed: \(allowed))"
    case .incompleteMemory(let reference):
      "reference \(reference) of the sample: its memory lacks tokens or is of another shape; encode with rule: all"
    case .features(let reference, let found, let expected):
      "reference \(reference) of the sample: features of \(found) where \(expected) are expected"
    case .notFinite(let reference): "reference \(reference) of the sample: numbers that are not finite, or too large"
    case .tooFewReferences(let found, let needed): "\(found) references to train on; \(needed) are needed"
    case .noVariance: "the key-values of the sample do not vary"
    case .sourceChanged(let before, let now): "the sample had \(before) tokens, and now has \(now)"
    }
  }
}
