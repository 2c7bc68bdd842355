import M3Tensor
import M3Text

/// Normalises texts and finds their words: runs between separators, and single characters of scripts without spaces.
///
/// So a text in such a script is cut into characters, one in another into words, and a mixed one into both. It is decided
/// character by character, not by the text's shares of scripts: near-duplicates on both sides of such a line would have
/// nothing in common.
struct TextNormalizer: ~Copyable {
  /// The words of the last text, in UTF-8, with one space between any two.
  private var words = ScratchBuffer<UInt8>()
  /// Where units begin.
  private var starts = ScratchBuffer<Int>()
  private let kernels: Kernels
  /// Whether ASCII letters, digits and all else are what words, figures and separators are.
  private let readsPlainWords: Bool
  private var characters: CharacterTreatments
  /// Whether the last word has not ended; otherwise a space, or nothing, has been written last.
  private var isInWord = false
  /// Whether the last word is a single character, which only a mark would still belong to.
  private var isAfterCharacter = false

  /// Bytes that are read before room is made for more.
  private static let stretch = 1 << 12

  init(_ normalization: TextNormalization, kernels: Kernels) {
    self.kernels = kernels
    readsPlainWords = normalization == .reference || normalization == .datatrove
    characters = CharacterTreatments(normalization)
  }

  /// The words of the last text that was normalised, in UTF-8, with one space between any two.
  var text: UnsafeBufferPointer<UInt8> { words.elements }

  /// Where each unit that was found last begins, and where one would begin behind the last.
  var units: UnsafeBufferPointer<Int> { starts.elements }

  /// Finds where the units of a text begin, or of a stretch of one that begins and ends with units.
  /// - Parameter count: no fewer than there are.
  mutating func findUnits(of text: UnitText, atMost count: Int) {
    starts.count = 0
    starts.reserve(exactly: count + 1)
    switch text.unit {
    case .words:
      starts.count = kernels.wordStarts(in: text.bytes, into: starts.start)
    case .characters:
      for index in text.bytes.indices where text.isStart(index) {
        starts.start[starts.count] = index
        starts.count += 1
      }
    }
    starts.append(CollectionOfOne(text.bytes.count + text.gap))
  }

  /// Gives memory of more than so many bytes a buffer back; what was found is gone then.
  mutating func release(above limit: Int) {
    words.release(above: limit)
    starts.release(above: limit)
  }

  /// Makes ``text`` of a text.
  mutating func normalize(_ utf8: UnsafeBufferPointer<UInt8>) {
    words.count = 0
    (isInWord, isAfterCharacter) = (false, false)
    // Little grows when it is normalised: single characters by the spaces between them.
    words.reserve(exactly: utf8.count + Self.stretch)
    guard characters.normalization == .reference, let composed = ComposedText(utf8) else { return append(utf8) }
    composed.bytes.withUnsafeBufferPointer { append($0) }
  }

  private mutating func append(_ utf8: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while index < utf8.count {
      if readsPlainWords { index += appendPlainWords(.init(rebasing: utf8[index...])) }
      if index < utf8.count { index = appendCharacter(utf8, at: index) }
    }
    if !isInWord, words.count > 0 { words.count -= 1 }
  }

  /// Appends what is read by kernels.
  /// - Returns: how many bytes that were.
  private mutating func appendPlainWords(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    while count < utf8.count {
      let stretch = UnsafeBufferPointer(rebasing: utf8[count..<min(utf8.count, count + Self.stretch)])
      words.reserve(stretch.count)
      var buffer = WordBuffer(bytes: words.start, byteCount: words.count, isInWord: isInWord)
      let read = kernels.foldWords(stretch, stopsAtDigits: characters.normalization == .datatrove, into: &buffer)
      (words.count, isInWord) = (buffer.byteCount, buffer.isInWord)
      count += read
      if read < stretch.count { break }
    }
    if count > 0 { isAfterCharacter = false }
    return count
  }

  /// Appends the character at a place, or the number that begins there.
  /// - Returns: the index behind it.
  private mutating func appendCharacter(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let scalar = utf8.scalar(at: index)
    guard scalar.value != DecodedScalar.invalid else {
      appendToWord([utf8[index]])
      return index + 1
    }
    let entry = characters.entry(of: scalar.value)
    let replacement = characters.utf8[Int(entry.offset)..<Int(entry.offset) + Int(entry.byteCount)]
    switch entry.kind {
    case .deleted: break
    case .separator: separate()
    case .letter: appendToWord(replacement)
    case .digit:
      appendToWord(replacement)
      return numberEnd(in: utf8, from: index + scalar.byteCount)
    case .unspaced:
      separate()
      appendToWord(replacement)
      separate()
      isAfterCharacter = true
    case .mark where isAfterCharacter:
      words.count -= 1
      words.append(replacement + [0x20])
    case .mark: appendToWord(replacement)
    }
    return index + scalar.byteCount
  }

  /// Begins a word with these bytes, or goes on with one that has begun.
  private mutating func appendToWord(_ utf8: some Collection<UInt8>) {
    words.append(utf8)
    (isInWord, isAfterCharacter) = (true, false)
  }

  /// Ends the word that has begun.
  private mutating func separate() {
    if isInWord { words.append([0x20]) }
    (isInWord, isAfterCharacter) = (false, false)
  }

  /// Where a number ends: digits of any script, then, once, a decimal separator and digits.
  private mutating func numberEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let end = digitsEnd(in: utf8, from: start)
    guard end < utf8.count else { return end }
    let scalar = utf8.scalar(at: end)
    guard Self.decimalSeparators.contains(scalar.value) else { return end }
    let fraction = end + scalar.byteCount
    let fractionEnd = digitsEnd(in: utf8, from: fraction)
    return fractionEnd > fraction ? fractionEnd : end
  }

  private mutating func digitsEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      guard scalar.value != DecodedScalar.invalid, characters.entry(of: scalar.value).kind == .digit else { break }
      index += scalar.byteCount
    }
    return index
  }

  /// Those of datatrove's numbers.
  private static let decimalSeparators = Set(".,،٫⎖⎗⎘".unicodeScalars.map(\.value))
}
