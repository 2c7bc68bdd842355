import M3Text

extension TextBreaks {
  /// Whether a sentence ends before white space.
  ///
  /// - Parameters:
  ///   - position: where the white space begins.
  ///   - next: where it ends.
  func endsSentence(at position: Int, followedAt next: Int) -> Bool {
    let markEnd = skipClosing(before: position)
    guard markEnd > 0 else { return false }
    let mark = text.scalar(before: markEnd)
    if Punctuation.endsSentenceAlways(mark.value) { return true }
    guard Punctuation.endsSentenceBeforeSpace(mark.value) else { return false }
    if goesOnInLowercase(at: next) { return false }
    return mark.value != 0x2E || !isAbbreviation(endingAt: markEnd - 1)
  }

  /// The position before the closing marks that end at `position`; never 0.
  func skipClosing(before position: Int) -> Int {
    var position = position
    for _ in 0..<Self.maximumClosingMarks {
      let scalar = text.scalar(before: position)
      guard position > scalar.byteCount, Punctuation.closes(scalar.value) else { break }
      position -= scalar.byteCount
    }
    return position
  }

  private static let maximumClosingMarks = 4
  /// The longest abbreviation in bytes that is looked for.
  private static let maximumAbbreviation = 16

  private func goesOnInLowercase(at position: Int) -> Bool {
    var position = position
    while position < text.count {
      let scalar = text.scalar(at: position)
      guard Punctuation.opens(scalar.value) else { return Punctuation.isLowercase(scalar.value) }
      position += scalar.byteCount
    }
    return false
  }

  /// Whether the word before a full stop is an initial (`J.`), has full stops within (`U.S.`, `e.g.`,
  /// `Ph.D.`), numbers a list's entry (`1.` at the head of a line), or is a known abbreviation.
  private func isAbbreviation(endingAt stop: Int) -> Bool {
    var start = stop
    var scalarCount = 0
    var lastStop: Int?
    var isNumber = true
    while start > 0, stop - start <= Self.maximumAbbreviation {
      let scalar = text.scalar(before: start)
      let kind = CharacterClasses.unicode16[scalar.value]
      if scalar.value == 0x2E {
        lastStop = lastStop ?? scalarCount
      } else if kind != .letter && kind != .number {
        break
      }
      isNumber = isNumber && kind == .number
      scalarCount += 1
      start -= scalar.byteCount
    }
    if scalarCount == 0 || stop - start > Self.maximumAbbreviation { return false }
    if isNumber { return scalarCount <= 3 && isLineHead(start) }
    if let lastStop { return (1...2).contains(lastStop) }
    if scalarCount == 1 { return true }
    return Abbreviations.all.contains(String(decoding: text[start..<stop], as: UTF8.self))
  }

  private func isLineHead(_ position: Int) -> Bool {
    var position = position
    while position > 0, text[position - 1] == 0x20 || text[position - 1] == 0x09 { position -= 1 }
    return position == 0 || text[position - 1] == 0x0A || text[position - 1] == 0x0D
  }
}
