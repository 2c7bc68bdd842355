import Glibc
import M3Language

/// A text as MAP-CC measures it: marks mapped, links gone, and its normalization form KC beside it.
struct MapCCText {
  private let characters: [UInt32]
  private let normal: [UInt32]

  /// - Parameter characters: the lines that are kept.
  init(_ characters: [UInt32]) {
    self.characters = characters
    normal = Self.normalized(characters)
  }

  /// What the rule of this number measures, counted from that of the number of sentences on.
  func value(_ rule: Int) -> Double {
    switch rule {
    case 0: Double(sentenceCount)
    case 1, 2: Double(normal.count)
    case 3, 4: meanWordLength
    case 5: overCharacters(runs(of: 0x23, atLeast: 1))
    case 6: overCharacters(runs(of: 0x2026, atLeast: 1) + runs(of: 0x2E, atLeast: 2))
    case 7: digitRatio
    case 8: lineRatio { line in Self.readMore.contains { line.suffix($0.count).elementsEqual($0) } }
    case 9: lineRatio { line in line.first.map { Self.bullets.contains($0) } ?? false }
    case 10: Double(normal.count { Self.isPunctuation($0) }) / Double(max(1, normal.count))
    case 11: Double(Set(normal).count) / Double(max(1, normal.count))
    case 12: entropy
    case 13...15: topNGramShare(rule - 11)
    default: overCharacters(CharacterNGrams(characters, length: rule - 11).duplicateCharacterCount)
    }
  }

  private func overCharacters(_ count: Int) -> Double {
    Double(count) / Double(max(1, characters.count))
  }

  private func topNGramShare(_ n: Int) -> Double {
    overCharacters(max(0, CharacterNGrams(characters, length: n).mostCommonCount - 1) * n)
  }

  private var meanWordLength: Double {
    let lengths = Self.wordLengths(of: normal[...])
    return lengths.isEmpty ? 0 : Double(lengths.reduce(0, +)) / Double(lengths.count)
  }

  /// The characters between 【 and 】 over all, in normalization form KC, before marks are mapped.
  static func bracketRatio(_ text: FilterText) -> Double {
    let values = normalized(text.view(CodePoints.self).values)
    var inside = 0
    var start: Int?
    for (index, value) in values.enumerated() {
      switch value {
      case 0x3010 where start == nil: start = index
      case 0x0A: start = nil
      case 0x3011:
        if let opened = start { inside += index - opened - 1 }
        start = nil
      default: break
      }
    }
    return values.isEmpty ? 0 : Double(inside) / Double(values.count)
  }

  /// Full-width marks mapped to half-width ones, and links taken out.
  static func cleaned(_ values: [UInt32]) -> [UInt32] {
    MapCCLinks.removed(from: values.map { $0 < 0x80 ? $0 : halfWidth[$0] ?? $0 })
  }

  /// The lengths of words, in characters, of a text without its punctuation.
  static func wordLengths(of values: ArraySlice<UInt32>) -> [Int] {
    let bytes = CodePoints.encoded(values.lazy.filter { PythonCharacters.isWord($0) || PythonCharacters.isSpace($0) })
    var lengths: [Int] = []
    bytes.withUnsafeBufferPointer { utf8 in
      WordSegmenter.shared.forEachSegment(of: utf8) { segment in
        let word = utf8[segment.range]
        guard segment.kind != .other || !PythonCharacters.stripped(segment.range, of: utf8).isEmpty else { return }
        lengths.append(word.count { $0 & 0xC0 != 0x80 })
      }
    }
    return lengths
  }

  private static func normalized(_ values: [UInt32]) -> [UInt32] {
    let bytes = CodePoints.encoded(values)
    return bytes.withUnsafeBufferPointer { CompatibilityForm.nfkc($0) }.map { CodePoints.decoded($0) } ?? values
  }

  /// Parts between `. ! … ? ; "` that are not blank.
  private var sentenceCount: Int {
    let parts = characters.split { Self.sentenceEnds.contains($0) }
    return parts.count { part in part.contains { !PythonCharacters.isSpace($0) } }
  }

  private func runs(of value: UInt32, atLeast length: Int) -> Int {
    var count = 0
    var run = 0
    for next in characters {
      run = next == value ? run + 1 : 0
      if run == length { count += 1 }
    }
    return count
  }

  /// Digits over what is neither punctuation nor symbol.
  private var digitRatio: Double {
    let counted = normal.filter { PythonCharacters.isWord($0) || PythonCharacters.isSpace($0) }
    return counted.isEmpty ? 0 : Double(counted.count { PythonCharacters.isDigit($0) }) / Double(counted.count)
  }

  private func lineRatio(_ isCounted: (ArraySlice<UInt32>) -> Bool) -> Double {
    var lines = 0
    var counted = 0
    var start = 0
    while start < normal.count {
      let end = normal[start...].firstIndex { PythonCharacters.isLineBoundary($0) } ?? normal.count
      lines += 1
      if isCounted(normal[start..<end]) { counted += 1 }
      let isPair = end + 1 < normal.count && normal[end] == 0x0D && normal[end + 1] == 0x0A
      start = end + (isPair ? 2 : 1)
    }
    return lines == 0 ? 0 : Double(counted) / Double(lines)
  }

  /// Of the characters' distribution, in nats.
  private var entropy: Double {
    var counts: [UInt32: Int] = [:]
    for value in normal { counts[value, default: 0] += 1 }
    let total = Double(normal.count)
    return counts.values.sorted().reduce(0) { sum, count in
      let share = Double(count) / total
      return sum - share * log(share)
    }
  }

  private static func isPunctuation(_ value: UInt32) -> Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x2026: true
    default: false
    }
  }

  private static let sentenceEnds = Set(".!…?;\"".unicodeScalars.map(\.value))
  private static let bullets = Set("•●○■□▪▫※·➢‣▶◀◦–".unicodeScalars.map(\.value))
  private static let readMore = ["readmore", "展开", "更多", "。。。"].map { $0.unicodeScalars.map(\.value) }

  private static let halfWidth: [UInt32: UInt32] = {
    let wide = "。！“”＃＄％＆‘’（）＊＋，－／：；＜＝＞？＠［＼］＾＿｀｛｜｝～"
    let narrow = ##".!""#$%&''()*+,-/:;<=>?@[\]^_`{|}~"##
    return Dictionary(
      uniqueKeysWithValues: zip(wide.unicodeScalars.map(\.value), narrow.unicodeScalars.map(\.value)))
  }()
}
