import M3Text

/// What Gopher's quality rules count of a text's words.
struct WordStatistics {
  /// Words with a character that is no punctuation.
  private(set) var plainCount = 0
  /// Their code points.
  private(set) var plainLength = 0
  /// Words with a letter.
  private(set) var alphabeticCount = 0
  /// Which of ``stopWords`` there are.
  private var seenStopWords: UInt8 = 0

  private static let stopWords = ["the", "be", "to", "of", "and", "that", "have", "with"].map { Array($0.utf8) }

  /// How many different stop words there are.
  var stopWordCount: Int { seenStopWords.nonzeroBitCount }

  init(_ tokens: [EnglishToken], in utf8: UnsafeBufferPointer<UInt8>) {
    for token in tokens where !token.isSpace {
      let first = utf8[Int(token.start)]
      if first | 0x20 &- UInt8(ascii: "a") < 26 {
        plainCount += 1
        alphabeticCount += 1
        plainLength += ScalarCount.count(utf8[token.range])
        if 2...4 ~= token.byteCount { findStopWord(UnsafeBufferPointer(rebasing: utf8[token.range])) }
      } else {
        add(token.range, utf8)
      }
    }
  }

  private mutating func add(_ range: Range<Int>, _ utf8: UnsafeBufferPointer<UInt8>) {
    var length = 0
    var isPlain = false
    var isAlphabetic = false
    var index = range.lowerBound
    while index < range.upperBound {
      let scalar = utf8.scalar(at: index)
      length += 1
      if !isPlain { isPlain = !DatatroveCharacters.isPunctuation(scalar.value) }
      if !isAlphabetic { isAlphabetic = EnglishCharacters.shared[scalar.value].contains(.letter) }
      index += scalar.byteCount
    }
    if isPlain {
      plainCount += 1
      plainLength += length
    }
    if isAlphabetic { alphabeticCount += 1 }
  }

  private mutating func findStopWord(_ word: UnsafeBufferPointer<UInt8>) {
    switch word[0] {
    case UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "o"), UInt8(ascii: "a"), UInt8(ascii: "h"),
      UInt8(ascii: "w"):
      for (bit, stopWord) in Self.stopWords.enumerated() where word.elementsEqual(stopWord) {
        seenStopWords |= 1 << UInt8(bit)
      }
    default: break
    }
  }
}
