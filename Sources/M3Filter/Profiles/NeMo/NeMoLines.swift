/// What NeMo Curator measures of lines that are not blank, which it calls sentences. Of none, ratios are not numbers.
struct NeMoLines {
  /// Distinct lines over lines.
  let distinctRatio: Double
  /// The characters of distinct lines over those of lines.
  let distinctCharacterRatio: Double
  /// Lines without an end mark of ASCII, over lines.
  let noEndMarkRatio: Double
  let ellipsisRatio: Double
  let bulletRatio: Double

  private static let endMarks = Set(".?!\"'".utf8)
  private static let ellipses = ["...", "[...]", "…", "(...)", "[…]", "-»", "read more..", "read more"].map {
    Array($0.utf8)
  }
  private static let bullets = ["•", "‣", "⁃", "⁌", "⁍", "∙", "○", "●", "◘", "◦", "⦾", "⦿"].map { Array($0.utf8) }

  init(_ text: FilterText) {
    let lines = text.view(NewlineLines.self).lines.filter { !$0.isBlank }
    var distinct = 0
    var distinctLength = 0
    var length = 0
    var withoutMark = 0
    var ellipses = 0
    var bullets = 0
    var table = OccurrenceTable(capacity: lines.count)
    text.bytes.withUnsafeBufferPointer { utf8 in
      for line in lines {
        length += line.length
        if table.add(line.hash) == 1 {
          distinct += 1
          distinctLength += line.length
        }
        let bytes = UnsafeBufferPointer(rebasing: utf8[PythonCharacters.stripped(line.range, of: utf8)])
        if !Self.endMarks.contains(bytes[bytes.count - 1]) { withoutMark += 1 }
        if Self.ellipses.contains(where: { AsciiText.hasSuffix($0, in: bytes) }) { ellipses += 1 }
        if Self.bullets.contains(where: { bytes.starts(with: $0) }) { bullets += 1 }
      }
    }
    let count = Double(lines.count)
    distinctRatio = Double(distinct) / count
    distinctCharacterRatio = Double(distinctLength) / Double(length)
    noEndMarkRatio = Double(withoutMark) / count
    ellipsisRatio = Double(ellipses) / count
    bulletRatio = Double(bullets) / count
  }
}
