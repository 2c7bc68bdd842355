import M3Text

/// Finds the breaks of a text. It looks at the characters around a position and keeps no state.
package struct TextBreaks {
  let text: UnsafeBufferPointer<UInt8>

  package init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
  }

  /// Where the text's last character that is not white space ends; 0 if there is none.
  var contentEnd: Int { trimSpace(from: 0, to: text.count) }

  /// The first position from `start` on where no white space begins.
  func skipSpace(from start: Int) -> Int {
    CharacterClasses.unicode16.runEnd(of: .space, in: text, from: start)
  }

  /// The last position in `start...end` that has no white space before it.
  func trimSpace(from start: Int, to end: Int) -> Int {
    var end = end
    while end > start {
      let scalar = text.scalar(before: end)
      guard Punctuation.isSpace(scalar.value) else { break }
      end -= scalar.byteCount
    }
    return end
  }

  /// The breaks in `first...last`, in ascending order.
  func between(_ first: Int, _ last: Int) -> [TextBreak] {
    var breaks: [TextBreak] = []
    var position = first
    while position <= last, position < text.count {
      // Most positions are within an ASCII word or within a code point.
      let byte = text[position]
      if byte & 0xC0 != 0x80, byte <= 0x20 || byte >= 0x80 || text[position - 1] >= 0x80,
        let kind = kind(at: position)
      {
        breaks.append(TextBreak(position: position, kind: kind))
      }
      position += 1
    }
    return breaks
  }

  /// The kind of break between two code points; nil where there is none.
  /// - Parameter position: greater than 0 and less than the text's length.
  package func kind(at position: Int) -> BreakKind? {
    let previous = text.scalar(before: position).value
    if Punctuation.isSpace(previous) { return nil }
    let next = text.scalar(at: position).value
    if Punctuation.isSpace(next) { return kindBeforeSpace(at: position, previous) }
    return kindWithoutSpace(at: position, previous, next)
  }

  private func kindBeforeSpace(at position: Int, _ previous: UInt32) -> BreakKind? {
    var lineEnds = 0
    var isBreaking = false
    var end = position
    while end < text.count {
      let scalar = text.scalar(at: end)
      guard Punctuation.isSpace(scalar.value) else { break }
      switch scalar.value {
      case 0x2029: lineEnds += 2
      case 0x0A where end > position && text[end - 1] == 0x0D: break
      case 0x0A...0x0D, 0x85, 0x2028: lineEnds += 1
      default: break
      }
      isBreaking = isBreaking || !Punctuation.isNoBreakSpace(scalar.value)
      end += scalar.byteCount
    }
    // A mark that stands on the white space would lose it.
    guard isBreaking, end == text.count || !Punctuation.extends(text.scalar(at: end).value) else { return nil }
    if lineEnds >= 2 { return .paragraph }
    if endsSentence(at: position, followedAt: end) { return lineEnds == 1 ? .paragraph : .sentence }
    if lineEnds == 1 { return .line }
    return Punctuation.endsClauseBeforeSpace(previous) ? .clause : .word
  }

  private func kindWithoutSpace(at position: Int, _ previous: UInt32, _ next: UInt32) -> BreakKind? {
    let isBesideIdeograph = Punctuation.isIdeographic(previous) || Punctuation.isIdeographic(next)
    let mark = text.scalar(before: skipClosing(before: position)).value
    let endsSentence = Punctuation.endsSentenceAlways(mark) || isBesideIdeograph && Punctuation.isExclamation(mark)
    let endsClause = Punctuation.endsClauseAlways(mark) || isBesideIdeograph && Punctuation.endsClauseBeforeSpace(mark)
    guard isBesideIdeograph || endsSentence || endsClause else { return nil }
    // Marks stay with what they close, end or belong to.
    if Punctuation.extends(next) || Punctuation.closes(next) || Punctuation.opens(previous) { return nil }
    if Punctuation.endsSentenceAlways(next) || Punctuation.endsSentenceBeforeSpace(next) { return nil }
    if Punctuation.endsClauseBeforeSpace(next) { return nil }
    if endsSentence { return .sentence }
    return endsClause ? .clause : .word
  }
}
