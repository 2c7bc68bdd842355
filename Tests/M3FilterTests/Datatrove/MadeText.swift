/// Texts of words that no rule of English splits, none twice unless it is asked for.
struct MadeText {
  private static let letters = Array("bcdfghjkpqrtwz")
  private var counters: [Int: Int] = [:]

  /// A word of some letters that was not made before; of two letters there are 196.
  mutating func word(_ length: Int) -> String {
    var number = counters[length, default: 0]
    counters[length] = number + 1
    var word: [Character] = []
    for _ in 0..<length {
      word.append(Self.letters[number % Self.letters.count])
      number /= Self.letters.count
    }
    precondition(number == 0)
    return String(word)
  }

  mutating func words(_ count: Int, length: Int = 6) -> [String] {
    (0..<count).map { _ in word(length) }
  }

  /// Words with a separator before each, of so many characters in all; at least 20.
  mutating func filling(_ characterCount: Int, separator: String = " ") -> String {
    precondition(characterCount >= 20)
    var text = ""
    while characterCount - text.count > 20 { text += separator + word(6) }
    return text + separator + word(characterCount - text.count - separator.count)
  }
}
