/// What dolma's Gopher tagger measures of words.
struct DolmaWords {
  /// Words with `#` or `…` anywhere in them, over words.
  private(set) var symbolRatio = 0.0
  /// Words with a letter, over words.
  private(set) var letterRatio = 0.0
  private(set) var requiredCount = 0

  private static let required = EnglishStopWords.gopher

  init(_ text: FilterText) {
    let words = text.view(SpacedWords.self).words
    guard !words.isEmpty else { return }
    var symbols = 0
    var letters = 0
    text.bytes.withUnsafeBufferPointer { utf8 in
      for word in words {
        let bytes = UnsafeBufferPointer(rebasing: utf8[word.range])
        if Self.hasSymbol(bytes) { symbols += 1 }
        if word.hasLetter { letters += 1 }
        if Self.required.contains(bytes) { requiredCount += 1 }
      }
    }
    symbolRatio = Double(symbols) / Double(words.count)
    letterRatio = Double(letters) / Double(words.count)
  }

  /// Of an even number the mean of the two in the middle; 0 of none.
  static func medianLength(_ words: [SpacedWords.Word]) -> Double {
    guard !words.isEmpty else { return 0 }
    let lengths = words.map(\.length).sorted()
    let middle = lengths.count / 2
    if lengths.count % 2 == 1 { return Double(lengths[middle]) }
    return Double(lengths[middle - 1] + lengths[middle]) / 2
  }

  private static func hasSymbol(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in word.indices {
      if word[index] == UInt8(ascii: "#") { return true }
      if word[index] == 0xE2, index + 2 < word.count, word[index + 1] == 0x80, word[index + 2] == 0xA6 { return true }
    }
    return false
  }
}
