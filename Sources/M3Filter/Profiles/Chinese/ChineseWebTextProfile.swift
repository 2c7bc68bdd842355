import M3Bytes
public import M3JSON
import M3Language

/// The rules that ChineseWebText applies before its BERT score: EvalWeb's `preprocess.py` of November 2023.
///
/// The reasons are the names of the folders into which the source sorts what it refuses. Two rules lean on data of
/// others. Traditional Chinese: the source refuses a text that the package zhconv changes; here a text is refused for
/// a character that ICU's transform to simplified characters changes, which is nearly the same. Sensitive words: the
/// source's list is not part of this package; the rule holds for the words that are given to
/// ``init(sensitiveWords:)``. Repetition counts every occurrence of the 13-grams of characters that stand twice or
/// more, over all 13-grams but the last, in lower case and without spaces, line ends and tabs.
public struct ChineseWebTextProfile: FilterProfile {
  public let name = "chinesewebtext"
  public let version = "2023-11-13"
  public var rules: [FilterRule]

  private let sensitiveWords: [[UInt8]]

  /// - Parameter sensitiveWords: the fewer of them a text has a line the better; empty ones are passed over.
  public init(sensitiveWords: [String] = []) {
    self.sensitiveWords = sensitiveWords.map { Array($0.utf8) }.filter { !$0.isEmpty }
    rules = [
      FilterRule(reason: "length", setting: "min_len", .above(200)),
      FilterRule(reason: "length", setting: "min_line_len", .atLeast(10)),
      FilterRule(reason: "character", setting: "min_zh_percent", .atLeast(0.3)),
      FilterRule(reason: "character", setting: "max_traditional_characters", .atMost(0)),
      FilterRule(reason: "sensitive", setting: "max_sensitive_word_per_line", .atMost(0.5)),
      FilterRule(reason: "duplication", setting: "max_repeat", .atMost(0.5)),
    ]
  }

  /// Of the words, which are others' and may be many, their number and what tells lists apart.
  public var parameters: JSONObject {
    var parameters = JSONObject.icu
    guard !sensitiveWords.isEmpty else { return parameters }
    // No UTF-8 has the byte between them.
    let words = sensitiveWords.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [0xFF])
    parameters["sensitive_words"] = [
      "count": .integer(Int64(sensitiveWords.count)), "sha256": .string(SHA256Digest.of(Array(words)).description),
    ]
    return parameters
  }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let values = text.view(CodePoints.self).values
    let length = Double(values.count)
    guard visit(0, length) else { return }
    let lines = Double(values.count { $0 == 0x0A } + 1)
    guard visit(1, length / lines) else { return }
    let chinese = values.count { (0x4E00...0x9FA5).contains($0) }
    guard visit(2, Double(chinese) / max(1, length)) else { return }
    if let traditional = TraditionalCharacters.standard {
      guard visit(3, Double(values.count { traditional.contains($0) })) else { return }
    }
    if !sensitiveWords.isEmpty {
      guard visit(4, Double(sensitiveCount(text)) / lines) else { return }
    }
    _ = visit(5, Self.repeatedShare(values))
  }

  /// How many of the words the text has.
  private func sensitiveCount(_ text: FilterText) -> Int {
    text.bytes.withUnsafeBufferPointer { utf8 in
      sensitiveWords.count { word in
        utf8.count >= word.count
          && (0...utf8.count - word.count).contains { start in
            utf8[start] == word[0] && utf8[start..<start + word.count].elementsEqual(word)
          }
      }
    }
  }

  private static func repeatedShare(_ values: [UInt32]) -> Double {
    var normal: [UInt32] = []
    normal.reserveCapacity(values.count)
    for value in values where !(value == 0x20 || value == 0x0A || value == 0x09) {
      if value < 0x80 {
        normal.append(value &- 0x41 < 26 ? value | 0x20 : value)
      } else if (0x3000...0x9FFF).contains(value) {
        normal.append(value)
      } else if let scalar = Unicode.Scalar(value) {
        normal += scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
      }
    }
    let stripped = normal.drop { PythonCharacters.isSpace($0) }
    let end = stripped.lastIndex { !PythonCharacters.isSpace($0) }.map { $0 + 1 } ?? stripped.startIndex
    let grams = CharacterNGrams(Array(stripped[..<end]), length: 13).hashes.dropLast()
    guard !grams.isEmpty else { return 0 }
    var table = OccurrenceTable(capacity: grams.count)
    for gram in grams { table.add(gram) }
    return Double(grams.count { table.count(of: $0) > 1 }) / Double(grams.count)
  }
}
