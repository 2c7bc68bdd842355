/// What normalization makes of one code point.
struct CharacterTreatment: Equatable {
  enum Kind: UInt8 {
    /// A part of a word.
    case letter
    /// Ends a word.
    case separator
    /// Dropped, as though it had not been there.
    case deleted
    /// A part of a number, all of which is written as one 0.
    case digit
    /// A character of a script without spaces: a word of its own.
    case unspaced
    /// A mark that stays: a part of the word before it, of a single character too.
    case mark
  }

  var kind: Kind
  /// What stands for it: UTF-8 of no code point, of one or of more.
  var utf8: [UInt8]

  init(_ kind: Kind, _ scalars: [Unicode.Scalar] = []) {
    self.kind = kind
    utf8 = Array(String(String.UnicodeScalarView(scalars)).utf8)
  }

  static let separator = CharacterTreatment(.separator)
  static let deleted = CharacterTreatment(.deleted)

  /// A byte that belongs to no code point stays as it is.
  static func invalid(_ byte: UInt8) -> CharacterTreatment {
    var treatment = CharacterTreatment(.letter)
    treatment.utf8 = [byte]
    return treatment
  }

  /// What a normalization other than `none` makes of a code point, whatever stands around it.
  init(of scalar: Unicode.Scalar, by normalization: TextNormalization) {
    switch normalization {
    case .none: self.init(.letter, [scalar])
    case .reference: self = .reference(scalar)
    case .datatrove: self = .datatrove(scalar)
    case .duplodocus: self = .duplodocus(scalar)
    }
  }
}
