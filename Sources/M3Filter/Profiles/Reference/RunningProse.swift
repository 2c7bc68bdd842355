/// Which words of a text stand in running prose: in a paragraph of some length, one of whose clauses is longer than an
/// entry of a list.
///
/// A clause ends at any mark or symbol but hyphens and apostrophes, a paragraph at the end of a short line and at two
/// spaces in a row, which part the columns of a table. A text that was cut within a sentence is running prose, and lists of
/// names, titles, options and instructions are not.
struct RunningProse {
  /// In words.
  static let paragraphLength = 15
  static let clauseLength = 6

  /// Twice the words that stand in running prose: a letter of an unspaced script is half a word.
  private(set) var halves = 0
  private var paragraph = 0
  private var clause = 0
  private var longestClause = 0

  @inline(__always)
  mutating func appendWord() { clause += 2 }

  @inline(__always)
  mutating func appendUnspacedLetter() { clause += 1 }

  /// - Parameter value: a code point that is no letter, digit or white space.
  @inline(__always)
  mutating func append(mark value: UInt32) {
    if !Self.joins(value) { endClause() }
  }

  @inline(__always)
  mutating func endParagraph() {
    endClause()
    if paragraph >= 2 * Self.paragraphLength, longestClause >= 2 * Self.clauseLength { halves += paragraph }
    paragraph = 0
    longestClause = 0
  }

  @inline(__always)
  private mutating func endClause() {
    paragraph += clause
    longestClause = max(longestClause, clause)
    clause = 0
  }

  /// Apostrophes, hyphens, and what has no width: a word goes on behind them.
  private static func joins(_ value: UInt32) -> Bool {
    switch value {
    case 0x27, 0x2D, 0xAD, 0x200B...0x200F, 0x2010, 0x2011, 0x2019: true
    default: false
    }
  }
}
