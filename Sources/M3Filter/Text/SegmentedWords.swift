import M3Language
import M3Text

/// The words of a text in any script: runs of letters, and of digits; Chinese, Japanese, Thai and the like as ICU's
/// dictionaries cut them. The case of ASCII's letters does not count.
package struct SegmentedWords: FilterView {
  /// One a word, in order.
  package private(set) var hashes: [UInt64] = []
  /// The sum of the words' lengths, in code points.
  package private(set) var length = 0
  /// Code points that are not white space.
  package private(set) var visible = 0
  /// Code points of the general categories L*.
  package private(set) var letters = 0

  package init(_ text: FilterText) {
    hashes.reserveCapacity(text.bytes.count / 6 + 1)
    text.bytes.withUnsafeBufferPointer { utf8 in
      if readsSpaced(utf8) {
        readSpaced(utf8)
      } else {
        readSegments(utf8)
      }
    }
  }

  /// Counts the characters. Whether none needs a dictionary.
  private mutating func readsSpaced(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var isSpaced = true
    var index = 0
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      if !PythonCharacters.isSpace(scalar.value) {
        visible += 1
        if PythonCharacters.isLetter(scalar.value) {
          letters += 1
          if scalar.value >= 0x0E00, TextCharacter(scalar.value) == .unspaced { isSpaced = false }
        }
      }
      index += scalar.byteCount
    }
    return isSpaced
  }

  /// An apostrophe between letters belongs to the word.
  private mutating func readSpaced(_ utf8: UnsafeBufferPointer<UInt8>) {
    var hash = OccurrenceTable.HashState()
    var count = 0
    var index = 0
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      let next = index + scalar.byteCount
      let isApostrophe = scalar.value == 0x27 || scalar.value == 0x2019
      if PythonCharacters.isWord(scalar.value) || scalar.value >= 0x300 && TextCharacter(scalar.value) == .letter
        || isApostrophe && count > 0 && next < utf8.count && PythonCharacters.isLetter(utf8.scalar(at: next).value)
      {
        hash.append(AsciiText.lowercased(scalar.value))
        count += 1
      } else if count > 0 {
        append(hash, length: count)
        hash = OccurrenceTable.HashState()
        count = 0
      }
      index = next
    }
    if count > 0 { append(hash, length: count) }
  }

  private mutating func readSegments(_ utf8: UnsafeBufferPointer<UInt8>) {
    WordSegmenter.shared.forEachSegment(of: utf8) { segment in
      guard segment.kind != .other else { return }
      var hash = OccurrenceTable.HashState()
      var count = 0
      var index = segment.range.lowerBound
      while index < segment.range.upperBound {
        let scalar = utf8.scalar(at: index)
        hash.append(AsciiText.lowercased(scalar.value))
        count += 1
        index += scalar.byteCount
      }
      append(hash, length: count)
    }
  }

  private mutating func append(_ hash: OccurrenceTable.HashState, length: Int) {
    hashes.append(hash.value)
    self.length += length
  }
}
