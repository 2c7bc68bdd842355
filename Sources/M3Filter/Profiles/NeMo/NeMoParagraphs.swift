/// What NeMo Curator measures of paragraphs: Python's `split("\n\n")`, empty ones counted.
struct NeMoParagraphs {
  /// Paragraphs with a phrase about cookies, privacy or terms, over paragraphs; 1 where one has "lorem ipsum".
  let boilerplateRatio: Double
  /// Distinct paragraphs over paragraphs.
  let distinctRatio: Double
  /// The characters of distinct paragraphs over those of paragraphs; not a number where there are none.
  let distinctCharacterRatio: Double

  init(_ text: FilterText) {
    var paragraphs = 0
    var boilerplate = 0
    var hasPlaceholder = false
    var distinct = 0
    var distinctLength = 0
    var length = 0
    text.bytes.withUnsafeBufferPointer { utf8 in
      let ranges = Self.split(utf8)
      paragraphs = ranges.count
      var table = OccurrenceTable(capacity: ranges.count)
      for range in ranges {
        let bytes = UnsafeBufferPointer(rebasing: utf8[range])
        if AsciiText.contains(NeMoPhrases.placeholder, in: bytes) { hasPlaceholder = true }
        if NeMoPhrases.all.contains(where: { AsciiText.contains($0, in: bytes) }) { boilerplate += 1 }
        var hash = OccurrenceTable.HashState()
        for byte in bytes { hash.append(UInt32(byte)) }
        let characters = bytes.count { $0 & 0xC0 != 0x80 }
        length += characters
        if table.add(hash.value) == 1 {
          distinct += 1
          distinctLength += characters
        }
      }
    }
    boilerplateRatio = hasPlaceholder ? 1 : Double(boilerplate) / Double(paragraphs)
    distinctRatio = Double(distinct) / Double(paragraphs)
    distinctCharacterRatio = Double(distinctLength) / Double(length)
  }

  private static func split(_ utf8: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    var index = 0
    while index + 1 < utf8.count {
      if utf8[index] == 0x0A, utf8[index + 1] == 0x0A {
        ranges.append(start..<index)
        index += 2
        start = index
      } else {
        index += 1
      }
    }
    ranges.append(start..<utf8.count)
    return ranges
  }
}
