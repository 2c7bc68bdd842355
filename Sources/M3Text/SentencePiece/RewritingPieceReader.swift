/// Reads a text of which rules rewrite characters.
///
/// The text is taken apart from its start: what a user-defined piece matches stays as it is, otherwise the longest
/// rule is applied, and where there is none a character stays. What such a part becomes does not depend
/// on where the text is cut behind it; within a part of several code points a cut makes other parts.
struct RewritingPieceReader: PieceReader {
  private let utf8: UnsafeBufferPointer<UInt8>
  private let alphabet: PieceAlphabet
  private let rules: CharacterMap
  private let userDefined: PieceTrie?
  private let collapsesSpaces: Bool

  /// Where the part that is being read begins and ends in the text.
  private var start = 0
  private var end = 0
  /// What of it is read next: a place in the text or in the replacements.
  private var place = 0
  private var isReplacement = false
  private var isPartStart = true
  private var isBehindSpace: Bool
  /// Spaces that were read and not given: before the text, and those that may turn out to be its last.
  private var spaceCount: Int
  /// What follows those spaces.
  private var waiting: PieceCharacter?

  private var isSteadySoFar = true

  private(set) var byteOffset = 0
  private(set) var isSteady = true
  var isWhole: Bool { isAtPartEnd }

  /// - Parameter isStart: whether the text begins here; otherwise no prefix is put before it, and spaces stay.
  init(
    _ utf8: UnsafeBufferPointer<UInt8>, _ alphabet: PieceAlphabet, rules: CharacterMap, userDefined: PieceTrie?,
    addsPrefix: Bool, collapsesSpaces: Bool, isStart: Bool
  ) {
    self.utf8 = utf8
    self.alphabet = alphabet
    self.rules = rules
    self.userDefined = userDefined
    self.collapsesSpaces = collapsesSpaces
    isBehindSpace = collapsesSpaces && isStart
    spaceCount = addsPrefix && isStart && !utf8.isEmpty ? 1 : 0
  }

  mutating func next() -> PieceCharacter? {
    let character = nextCharacter()
    isSteady = isSteadySoFar
    isSteadySoFar = true
    return character
  }

  private mutating func nextCharacter() -> PieceCharacter? {
    while true {
      if spaceCount > 0, waiting != nil || !collapsesSpaces {
        spaceCount -= 1
        if waiting != nil { byteOffset = start }
        return alphabet.character(PieceAlphabet.space)
      }
      if let character = waiting {
        waiting = nil
        byteOffset = end
        return character
      }
      guard let value = nextScalar() else { return nil }
      if collapsesSpaces, value == 0x20 || value == PieceAlphabet.space {
        spaceCount += 1
      } else {
        waiting = alphabet.character(value == 0x20 ? PieceAlphabet.space : value)
      }
    }
  }

  /// The next code point of the rewritten text, without spaces that are removed because there is one before.
  private mutating func nextScalar() -> UInt32? {
    while true {
      if isAtPartEnd {
        guard end < utf8.count else { return nil }
        beginPart()
        continue
      }
      guard let scalar = isReplacement ? rules.replacement(at: place) : utf8.scalar(at: place) else { continue }
      place += scalar.byteCount
      if scalar.value == 0x20, isBehindSpace, isPartStart { continue }
      isPartStart = false
      isBehindSpace = collapsesSpaces && scalar.value == 0x20
      return scalar.value
    }
  }

  private var isAtPartEnd: Bool { isReplacement ? rules.replacement(at: place) == nil : place == end }

  private mutating func beginPart() {
    start = end
    isPartStart = true
    if let match = userDefined?.longestMatch(in: utf8, from: start, alphabet) {
      (place, end, isReplacement) = (start, match, false)
    } else if let rule = rules.rule(in: utf8, at: start) {
      (place, end, isReplacement) = (rule.replacement, rule.end, true)
    } else {
      (place, end, isReplacement) = (start, start + utf8.scalar(at: start).byteCount, false)
    }
    if end > start + utf8.scalar(at: start).byteCount { isSteadySoFar = false }
  }
}
