/// Korean syllables, which are composed by arithmetic: The Unicode Standard, section 3.12.
enum Hangul {
  private static let initials: Range<UInt32> = 0x1100..<0x1113
  static let vowels: Range<UInt32> = 0x1161..<0x1176
  static let finals: Range<UInt32> = 0x11A8..<0x11C3
  private static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
  /// Syllables of an initial and a vowel: one without final and one for each of them.
  private static let finalCount = UInt32(finals.count) + 1

  /// The two or three letters of a syllable; nil for anything else.
  static func decompose(_ value: UInt32) -> [UInt32]? {
    guard syllables.contains(value) else { return nil }
    let (pair, final) = (value - syllables.lowerBound).quotientAndRemainder(dividingBy: finalCount)
    let (initial, vowel) = pair.quotientAndRemainder(dividingBy: UInt32(vowels.count))
    let letters = [initials.lowerBound + initial, vowels.lowerBound + vowel]
    return final == 0 ? letters : letters + [finals.lowerBound + final - 1]
  }

  /// The syllable of an initial and a vowel, or of a syllable without final and a final.
  static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if initials.contains(first), vowels.contains(second) {
      let pair = (first - initials.lowerBound) * UInt32(vowels.count) + second - vowels.lowerBound
      return syllables.lowerBound + pair * finalCount
    }
    guard syllables.contains(first), finals.contains(second),
      (first - syllables.lowerBound).isMultiple(of: finalCount)
    else { return nil }
    return first + second - finals.lowerBound + 1
  }
}
