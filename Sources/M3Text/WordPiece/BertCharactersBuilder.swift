/// Derives the table of ``BertCharacters`` from character properties.
struct BertCharactersBuilder {
  private let normalization: BertNormalization
  private(set) var partOffsets = [0]
  private(set) var parts: [BertCharacters.Part] = []

  /// Planes without a character, up to the latest version of Unicode that counts here.
  private static let emptyPlanes: Range<UInt32> = 0x40000..<0xE0000

  init(_ normalization: BertNormalization) { self.normalization = normalization }

  mutating func entry(for value: UInt32) -> BertCharacters.Entry {
    guard !Self.emptyPlanes.contains(value), let scalar = Unicode.Scalar(value) else { return .init(.letter) }
    let category = scalar.properties.generalCategory
    if normalization.cleansText && BertCharacterProperties.isRemovedByCleaning(scalar, category) {
      return .init(.skipped)
    }
    if Self.isPlain(scalar, category) {
      return .init(
        normalization.isolatesIdeographs && BertCharacterProperties.isIdeograph(value) ? .ideograph : .letter)
    }
    if scalar.properties.isWhitespace { return .init(.space) }

    let parts = expand(scalar)
    if parts.isEmpty { return .init(.skipped) }
    guard parts.count == 1, parts[0].combiningClass == 0, let single = Unicode.Scalar(parts[0].value) else {
      self.parts += parts
      partOffsets.append(self.parts.count)
      return .init(.expanded, UInt32(partOffsets.count - 2))
    }
    let payload = single == scalar ? 0 : single.value
    if normalization.isolatesIdeographs && BertCharacterProperties.isIdeograph(value) {
      return .init(.ideograph, payload)
    }
    return .init(BertCharacterProperties.isPunctuation(single) ? .punctuation : .letter, payload)
  }

  /// Whether a character surely stays as it is and is a part of words or an ideograph: most are, and are found so
  /// without looking up all the rest.
  private static func isPlain(_ scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> Bool {
    switch category {
    case .unassigned, .privateUse: true
    case .otherLetter: CanonicalDecomposition.unicode9.decompose(scalar.value) == nil
    default: false
    }
  }

  private func expand(_ scalar: Unicode.Scalar) -> [BertCharacters.Part] {
    guard normalization.stripsAccents else {
      return lowercased(scalar).map { .init($0.value, combiningClass: 0) }
    }
    var parts: [BertCharacters.Part] = []
    let decomposition = CanonicalDecomposition.unicode9.decompose(scalar.value) ?? [scalar.value]
    for part in decomposition.compactMap(Unicode.Scalar.init) {
      let combiningClass = CanonicalDecomposition.combiningClass(part.value)
      if !BertCharacterProperties.isNonspacingMark(part) {
        parts += lowercased(part).map { .init($0.value, combiningClass: combiningClass) }
      } else if combiningClass == 0 {
        parts.append(.barrier)
      }
    }
    return parts
  }

  private func lowercased(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    normalization.lowercases ? BertCharacterProperties.lowercase(scalar) : [scalar]
  }
}
