import M3Text

/// What the profile `reference` counts of a text, in one pass over its bytes.
struct ReferenceCounts {
  /// Code points that are not white space.
  private(set) var visible = 0
  private(set) var letters = 0
  private(set) var capitals = 0
  /// Letters of scripts that are written without spaces.
  private(set) var unspaced = 0
  /// Those of Thai and Lao, which have no mark at a sentence's end.
  private(set) var unmarked = 0
  private(set) var digits = 0
  private(set) var symbols = 0
  /// What a wrong encoding left: controls, U+FFFD, private use, UTF-8 read as Latin-1.
  private(set) var garbled = 0
  /// How often: a code point of UTF-8 that was read as two is one.
  private(set) var garblings = 0
  private(set) var sentenceEnds = 0
  /// Runs of letters in scripts with spaces.
  private(set) var spacedWords = 0
  /// Those of one letter.
  private(set) var singleLetters = 0
  /// The letters of spaced words.
  private(set) var spacedLetters = 0
  /// The longest run of visible characters between two white spaces, with no unspaced letter in it.
  private(set) var longestRun = 0
  /// Visible characters of short lines that end no sentence.
  private(set) var fragments = 0
  private var prose = RunningProse()
  /// The hashes of words and of unspaced letters, in order: the case of ASCII's letters does not count.
  private(set) var units: [UInt64] = []

  /// Words, two letters of an unspaced script counted as one.
  var words: Double { Double(spacedWords) + Double(unspaced) / 2 }

  /// Of the words those that stand in running prose.
  var proseShare: Double { Double(prose.halves) / max(1, 2 * words) }

  /// A line this wide is no entry of a list: in characters, of which an unspaced letter counts as three.
  static let shortLine = 40

  init(_ text: FilterText) {
    units.reserveCapacity(text.bytes.count / 5 + 1)
    text.bytes.withUnsafeBufferPointer { read($0) }
  }

  private mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
    let ascii = TextCharacter.ascii
    ascii.withUnsafeBufferPointer { ascii in
      var line = Line()
      var word = Word()
      var run = 0
      // The last code point beyond ASCII, and where it ends.
      var wide: UInt32 = 0
      var wideEnd = -1
      var index = 0
      while index < utf8.count {
        let byte = utf8[index]
        let value: UInt32
        let kind: TextCharacter
        if byte < 0x80 {
          value = UInt32(byte)
          kind = ascii[Int(byte)]
          index += 1
        } else {
          let scalar = utf8.scalar(at: index)
          value = scalar.value
          kind = TextCharacter(scalar.value)
          if index == wideEnd {
            let misread = Self.misread(wide, value)
            garblings += misread
            if misread > 0 { garbled += 2 }
          }
          index += scalar.byteCount
          wide = value
          wideEnd = index
        }
        if kind == .letter || kind == .capital {
          word.append(AsciiText.lowercased(value))
          if kind == .capital { capitals += 1 }
          letters += 1
          visible += 1
          run += 1
          line.width += 1
          line.visible += 1
          line.endsSentence = false
          continue
        }
        end(&word)
        switch kind {
        case .space, .lineEnd:
          longestRun = max(longestRun, run)
          run = 0
          if kind == .lineEnd {
            end(&line)
          } else if index > 1, utf8[index - 2] == 0x20 || utf8[index - 2] == 0x09 {
            prose.endParagraph()
          }
          continue
        case .unspaced:
          unspaced += 1
          if value &- 0x0E00 < 0x100 { unmarked += 1 }
          letters += 1
          prose.appendUnspacedLetter()
          line.width += 2
          run = -1
          units.append(OccurrenceTable.HashState(value).value)
        case .digit: digits += 1
        case .symbol: symbols += 1
        case .garbled where Self.isBullet(value): symbols += 1
        case .garbled:
          garbled += 1
          garblings += 1
        case .sentenceEnd:
          // The full stop of `os.path` or `3.14` ends nothing.
          if value >= 0x80 || !Self.isWordByte(utf8, at: index) { sentenceEnds += 1 }
        default: break
        }
        if kind != .digit, kind != .unspaced { prose.append(mark: value) }
        visible += 1
        run += 1
        line.width += 1
        line.visible += 1
        if kind != .closing { line.endsSentence = kind == .sentenceEnd }
      }
      end(&word)
      longestRun = max(longestRun, run)
      end(&line)
      prose.endParagraph()
    }
  }

  /// How surely two code points are one of UTF-8 taken for Latin-1 or Windows-1252: 1 for `Ã©`, since a capital may
  /// stand before a mark, as in `IRMÃ»`; 2 for `â€`, which nobody writes; else 0.
  private static func misread(_ first: UInt32, _ second: UInt32) -> Int {
    switch first {
    case 0xC2, 0xC3: (0x80...0xBF).contains(second) ? 1 : 0
    case 0xE2: second == 0x20AC ? 2 : 0
    default: 0
    }
  }

  /// Symbol fonts' characters in private use, which word processors leave as bullets.
  private static func isBullet(_ value: UInt32) -> Bool { (0xF020...0xF0FF).contains(value) }

  @inline(__always)
  private static func isWordByte(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    guard index < utf8.count else { return false }
    let byte = utf8[index]
    return byte &- 0x30 < 10 || AsciiText.lowercased(byte) &- 0x61 < 26
  }

  private struct Line {
    var width = 0
    var visible = 0
    var endsSentence = false
  }

  private struct Word {
    var length = 0
    var hash = OccurrenceTable.HashState()

    @inline(__always)
    mutating func append(_ value: UInt32) {
      hash.append(value)
      length += 1
    }
  }

  @inline(__always)
  private mutating func end(_ word: inout Word) {
    guard word.length > 0 else { return }
    spacedWords += 1
    spacedLetters += word.length
    if word.length == 1 { singleLetters += 1 }
    prose.appendWord()
    units.append(word.hash.value)
    word = Word()
  }

  private mutating func end(_ line: inout Line) {
    if line.width < Self.shortLine {
      if !line.endsSentence { fragments += line.visible }
      prose.endParagraph()
    }
    line = Line()
  }
}
