/// What labels mean.
public enum LabelScale: Sendable, Equatable {
  /// 0 for bad, 1 for good.
  case binary
  /// Grades from 0, the worst, to `maximum`, the best.
  ///
  /// Divided by `maximum` a grade is a soft label: the probability with which the text counts as good.
  case graded(maximum: Double)

  /// Labels of any scale.
  static let allowed = 0.0...5

  /// The scale of a set of labels: ``binary`` where all are 0 or 1, grades up to 1 or up to 5 otherwise.
  /// - Throws: ``QualityError`` `label` for the first that is on none of them.
  public init(of labels: some Sequence<Double>) throws(QualityError) {
    var scale = LabelScale.binary
    for (index, label) in labels.enumerated() where label != 0 && label != 1 {
      guard Self.allowed.contains(label) else {
        throw QualityError.label(index: index, found: label, allowed: "0 or 1, or grades from 0 to 1 or from 0 to 5")
      }
      if label > 1 {
        scale = .graded(maximum: 5)
      } else if scale == .binary {
        scale = .graded(maximum: 1)
      }
    }
    self = scale
  }

  /// A label on this scale as a probability.
  /// - Throws: ``QualityError`` `label` for one that is not on the scale, NaN among them.
  func target(_ label: Double, index: Int) throws(QualityError) -> Double {
    switch self {
    case .binary:
      guard label == 0 || label == 1 else { throw .label(index: index, found: label, allowed: "0 or 1") }
      return label
    case .graded(let maximum):
      guard label >= 0, label <= maximum else {
        throw .label(index: index, found: label, allowed: "0 to \(maximum)")
      }
      return label / maximum
    }
  }
}
