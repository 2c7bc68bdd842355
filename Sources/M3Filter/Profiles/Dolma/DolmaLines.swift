/// What dolma's Gopher tagger measures of lines, empty ones counted.
struct DolmaLines {
  /// Lines that begin with `*` or `-`, over lines.
  let bulletRatio: Double
  /// Lines that end with `…`, over lines.
  let ellipsisRatio: Double
  /// All occurrences of lines that stand twice or more, over lines.
  let duplicateRatio: Double
  /// The characters of all these, over the characters of words.
  let duplicateCharacterRatio: Double

  init(_ text: FilterText) {
    let lines = text.view(NewlineLines.self).lines
    var bullets = 0
    var ellipses = 0
    var table = OccurrenceTable(capacity: lines.count)
    for line in lines {
      let bytes = text.bytes[line.range]
      if bytes.first == UInt8(ascii: "*") || bytes.first == UInt8(ascii: "-") { bullets += 1 }
      if bytes.suffix(3).elementsEqual([0xE2, 0x80, 0xA6]) { ellipses += 1 }
      table.add(line.hash)
    }
    var duplicates = 0
    var duplicateLength = 0
    for line in lines where table.count(of: line.hash) > 1 {
      duplicates += 1
      duplicateLength += line.length
    }
    let count = Double(lines.count)
    bulletRatio = Double(bullets) / count
    ellipsisRatio = Double(ellipses) / count
    duplicateRatio = Double(duplicates) / count
    duplicateCharacterRatio = Double(duplicateLength) / Double(max(1, text.view(SpacedWords.self).wordLength))
  }
}
