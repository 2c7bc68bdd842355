/// Collects the characters of a word and turns each finished word into ids.
struct WordPieceWriter {
  private(set) var ids: [Int32]
  /// No more ids are wanted; the last word may go beyond.
  private let limit: Int
  private let vocabulary: WordPieceVocabulary
  private var word: [UInt8] = []
  private var characterCount = 0
  /// The combining marks at the end of `word`: their classes, in ascending order, and where each begins.
  private var marks: [(combiningClass: UInt8, offset: Int)] = []

  init(_ vocabulary: WordPieceVocabulary, ids: [Int32], limit: Int) {
    self.vocabulary = vocabulary
    self.ids = ids
    self.limit = limit
  }

  var isFull: Bool { ids.count >= limit }
  var isBetweenWords: Bool { characterCount == 0 }

  mutating func append(id: Int32) { ids.append(id) }

  /// Adds a word of ASCII letters and digits that stands whole in a text.
  /// - Parameter lowercases: whether its capital letters become small ones.
  @inline(__always)
  mutating func append(asciiWord utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, lowercases: Bool) {
    let count = end - start
    if count <= WordTable.maximumByteCount && count <= vocabulary.maximumCharacterCount {
      var key = WordTable.Key(utf8, start, end)
      if lowercases { key.lowercaseASCII() }
      if let id = vocabulary.piece(ofWord: key) {
        ids.append(id)
        return
      }
    }
    append(asciiPart: utf8, start, end, lowercases: lowercases)
    endWord()
  }

  /// Adds ASCII characters to the word.
  mutating func append(asciiPart utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, lowercases: Bool) {
    marks.removeAll(keepingCapacity: true)
    characterCount += end - start
    // The bytes of a word that is too long are of no use.
    guard characterCount <= vocabulary.maximumCharacterCount else { return }
    for index in start..<end { word.append(lowercases ? utf8[index].lowercasedASCII : utf8[index]) }
  }

  /// Adds a character of canonical combining class 0 to the word.
  @inline(__always)
  mutating func append(_ value: UInt32) {
    if !marks.isEmpty { marks.removeAll(keepingCapacity: true) }
    characterCount += 1
    guard characterCount <= vocabulary.maximumCharacterCount else { return }
    word.append(utf8Of: value)
  }

  /// Adds a combining mark to the word, before those marks at its end that are of a higher class.
  mutating func append(mark value: UInt32, combiningClass: UInt8) {
    characterCount += 1
    guard characterCount <= vocabulary.maximumCharacterCount else { return }
    var bytes: [UInt8] = []
    bytes.append(utf8Of: value)
    let place = marks.firstIndex { $0.combiningClass > combiningClass } ?? marks.count
    let offset = place < marks.count ? marks[place].offset : word.count
    word.insert(contentsOf: bytes, at: offset)
    for index in place..<marks.count { marks[index].offset += bytes.count }
    marks.insert((combiningClass, offset), at: place)
  }

  /// Adds what a character expands to.
  mutating func append(expansion: ArraySlice<BertCharacters.Part>) {
    for part in expansion {
      if part == .barrier {
        marks.removeAll(keepingCapacity: true)
      } else if part.combiningClass == 0 {
        append(part.value)
      } else {
        append(mark: part.value, combiningClass: part.combiningClass)
      }
    }
  }

  /// Adds the ids of the word, if there is one, and begins the next.
  @inline(__always)
  mutating func endWord() {
    if !marks.isEmpty { marks.removeAll(keepingCapacity: true) }
    if characterCount == 0 { return }
    if characterCount > vocabulary.maximumCharacterCount {
      ids.append(vocabulary.unknown)
    } else {
      word.withUnsafeBufferPointer { vocabulary.append(word: $0, to: &ids) }
    }
    word.removeAll(keepingCapacity: true)
    characterCount = 0
  }

  /// Adds a word of one character.
  mutating func append(isolated value: UInt32) {
    endWord()
    if value < 0x80 {
      ids.append(vocabulary.piece(ofByte: UInt8(value)))
    } else {
      append(value)
      endWord()
    }
  }
}

extension WordTable.Key {
  /// Makes the capital letters of an ASCII word small. The length in the top byte is too small to be one.
  @inline(__always)
  mutating func lowercaseASCII() {
    low = Self.lowercased(low)
    high = Self.lowercased(high)
  }

  /// A byte below 0x80 is a capital letter if its highest bit is set when 0x3F is added, and not when 0x25 is; that
  /// bit, two places down, is what small letters have more.
  @inline(__always)
  private static func lowercased(_ bytes: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let capitals = (bytes &+ 0x3F &* ones) & ~(bytes &+ 0x25 &* ones) & 0x80 &* ones
    return bytes | capitals &>> 2
  }
}

extension UInt8 {
  @inline(__always)
  fileprivate var lowercasedASCII: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}

extension [UInt8] {
  /// Appends a code point, which is none of the surrogates.
  @inline(__always)
  fileprivate mutating func append(utf8Of value: UInt32) {
    if value < 0x80 {
      append(UInt8(value))
      return
    }
    if value < 0x800 {
      append(UInt8(0xC0 | value >> 6))
    } else {
      if value < 0x10000 {
        append(UInt8(0xE0 | value >> 12))
      } else {
        append(UInt8(0xF0 | value >> 18))
        append(UInt8(0x80 | value >> 12 & 0x3F))
      }
      append(UInt8(0x80 | value >> 6 & 0x3F))
    }
    append(UInt8(0x80 | value & 0x3F))
  }
}
