/// Unicode's full canonical decompositions (UAX #15), at version 9.0: what `tokenizers` 0.23 takes for them.
///
/// By the tables of ``CanonicalComposition``. Younger characters stand as they are.
struct CanonicalDecomposition: Sendable {
  /// The one or two code points that each decomposes to; they may be decomposed further.
  private var mappings: [UInt32: [UInt32]] = [:]

  static let unicode9 = CanonicalDecomposition()

  private init() {
    CanonicalComposition.forEachMapping { value, parts, _ in mappings[value] = parts }
  }

  /// What a code point becomes; nil where it has no decomposition.
  func decompose(_ value: UInt32) -> [UInt32]? {
    guard let mapping = mappings[value] else { return Hangul.decompose(value) }
    return mapping.flatMap { decompose($0) ?? [$0] }
  }

  /// The canonical combining class, 0 for characters younger than Unicode 9.0.
  static func combiningClass(_ value: UInt32) -> UInt8 {
    guard let properties = Unicode.Scalar(value)?.properties, properties.canonicalCombiningClass != .notReordered,
      let age = properties.age, age.major <= 9
    else { return 0 }
    return properties.canonicalCombiningClass.rawValue
  }
}
