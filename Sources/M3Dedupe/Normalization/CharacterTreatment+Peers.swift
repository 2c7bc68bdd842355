extension CharacterTreatment {
  /// `simplify_text` of datatrove 0.10.1 for one character. Numbers need what stands around them; a Greek capital sigma
  /// becomes the one within a word wherever it stands.
  static func datatrove(_ scalar: Unicode.Scalar) -> CharacterTreatment {
    let lowered = scalar.lowercase
    if lowered.count == 1 {
      if lowered[0].properties.generalCategory == .decimalNumber { return CharacterTreatment(.digit, ["0"]) }
      if datatrovePunctuation.contains(lowered[0]) || lowered[0].properties.isWhitespace { return .separator }
    }
    let rest = lowered.flatMap(\.withoutMarks)
    if rest.isEmpty { return .deleted }
    if rest.allSatisfy(\.properties.isMark) { return CharacterTreatment(.mark, rest) }
    return CharacterTreatment(rest[0].isOfUnspacedScript ? .unspaced : .letter, rest)
  }

  /// `PUNCTUATION` of datatrove 0.10.1: punctuation and symbols of ASCII, the control characters that are no tab and no
  /// line feed, and some marks of other scripts. Its full-width 1 is a digit before it is looked for here.
  private static let datatrovePunctuation: Set<Unicode.Scalar> = {
    var marks = Set("«´»–—’“”„…∶━►、。〈〉《》「」【】！％（），．：；？～".unicodeScalars)
    for value in UInt8(0)..<160 {
      let scalar = Unicode.Scalar(value)
      let isControl = scalar.properties.generalCategory == .control && value != 9 && value != 10
      if isControl || scalar.isASCIIPunctuation { marks.insert(scalar) }
    }
    return marks
  }()

  /// The cleaning of duplodocus for one character; sigma as with datatrove's.
  static func duplodocus(_ scalar: Unicode.Scalar) -> CharacterTreatment {
    if scalar.isASCIIPunctuation { return .deleted }
    if scalar.properties.isWhitespace { return .separator }
    return CharacterTreatment(.letter, scalar.lowercase)
  }
}
