import M3Text

/// What NeMo Curator measures of words. Of no words, ratios and lengths are not numbers.
struct NeMoWords {
  let count: Double
  /// Words with a character of the property Alphabetic, over words.
  let alphabeticRatio: Double
  /// Words of Gopher's list; the source stops counting at its bound.
  let commonCount: Double
  let meanLength: Double
  let longest: Double

  init(_ text: FilterText) {
    let view = text.view(SpacedWords.self)
    let words = view.words
    var alphabetic = 0
    var common = 0
    text.bytes.withUnsafeBufferPointer { utf8 in
      for word in words {
        let bytes = UnsafeBufferPointer(rebasing: utf8[word.range])
        if word.hasLetter || Self.hasAlphabetic(bytes) { alphabetic += 1 }
        if EnglishStopWords.gopher.contains(bytes) { common += 1 }
      }
    }
    count = Double(words.count)
    alphabeticRatio = Double(alphabetic) / count
    commonCount = Double(common)
    meanLength = Double(view.wordLength) / count
    longest = words.map(\.length).max().map { Double($0) } ?? .nan
  }

  /// Words that are an ellipsis, or whose runs of `#` are more than half as many as their characters, over words.
  static func symbolRatio(_ text: FilterText) -> Double {
    let words = text.view(SpacedWords.self).words
    var symbols = 0
    for word in words {
      let bytes = text.bytes[word.range]
      if ellipses.contains(where: { $0.elementsEqual(bytes) }) {
        symbols += 1
      } else {
        var runs = 0
        var last: UInt8 = 0
        for byte in bytes {
          if byte == UInt8(ascii: "#"), last != byte { runs += 1 }
          last = byte
        }
        if 2 * runs > word.length { symbols += 1 }
      }
    }
    return Double(symbols) / Double(words.count)
  }

  /// Of the source's ellipses those without a space.
  private static let ellipses = ["...", "[...]", "…", "(...)", "[…]", "-»"].map { Array($0.utf8) }

  private static func hasAlphabetic(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = 0
    while index < word.count {
      let scalar = word.scalar(at: index)
      if scalar.value >= 0x80, Unicode.Scalar(scalar.value)?.properties.isAlphabetic == true { return true }
      index += scalar.byteCount
    }
    return false
  }
}
