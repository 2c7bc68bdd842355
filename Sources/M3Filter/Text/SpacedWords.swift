import M3Text

/// The words of a text as white space parts them: Python's `str.split()`.
package struct SpacedWords: FilterView {
  package struct Word {
    /// In bytes of the text.
    package var range: Range<Int>
    /// In code points.
    package var length: Int
    /// The same for equal words; different ones share it with a chance of about 2⁻⁶⁴.
    package var hash: UInt64
    /// A character of the general categories L*.
    package var hasLetter: Bool
  }

  package private(set) var words: [Word] = []
  /// The text's length in code points.
  package private(set) var textLength = 0
  /// The sum of the words' lengths.
  package private(set) var wordLength = 0

  package init(_ text: FilterText) {
    words.reserveCapacity(text.bytes.count / 6 + 1)
    text.bytes.withUnsafeBufferPointer { read($0) }
  }

  private mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      if PythonCharacters.isSpace(scalar.value) {
        textLength += 1
        index += scalar.byteCount
      } else {
        index = readWord(utf8, from: index)
      }
    }
  }

  /// Returns the index behind the word.
  @inline(__always)
  private mutating func readWord(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    var length = 0
    var hasLetter = false
    var hash = OccurrenceTable.HashState()
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      if PythonCharacters.isSpace(scalar.value) { break }
      if !hasLetter { hasLetter = PythonCharacters.isLetter(scalar.value) }
      hash.append(scalar.value)
      length += 1
      index += scalar.byteCount
    }
    words.append(Word(range: start..<index, length: length, hash: hash.value, hasLetter: hasLetter))
    textLength += length
    wordLength += length
    return index
  }
}
