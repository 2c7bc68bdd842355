/// What is done to a text before it is cut into shingles.
public enum TextNormalization: String, CaseIterable, Sendable {
  /// Nothing: NeMo Curator takes texts as they are.
  case none
  /// Lower case; accents and vowel points stripped; punctuation and symbols become spaces; white space is folded. Figures
  /// stay: texts that differ in them say different things. Canonically equivalent texts become the same.
  case reference
  /// `simplify_text` of datatrove 0.10.1: lower case, numbers become 0, punctuation (its own list) becomes spaces, white
  /// space is folded, nonspacing marks of all scripts are stripped.
  case datatrove
  /// The cleaning of duplodocus, which is SlimPajama's: lower case, ASCII punctuation removed, white space folded.
  case duplodocus
}
