internal import CKernels

/// What finds the words of texts.
extension Kernels {
  /// Appends the words of ASCII text, in lower case: runs of letters and digits, each followed by one space where anything
  /// stands behind it. Whatever is neither separates words and is dropped but for that space.
  ///
  /// - Parameters:
  ///   - stopsAtDigits: whether a digit ends the reading, as does a byte that is not ASCII.
  ///   - words: gets the words; has room for as many bytes as the text has, and ``WordBuffer/slack`` more.
  /// - Returns: how many bytes were read.
  public func foldWords(
    _ text: UnsafeBufferPointer<UInt8>, stopsAtDigits: Bool, into words: inout WordBuffer
  ) -> Int {
    guard let first = text.baseAddress else { return 0 }
    var state = m3_words(bytes: words.bytes, byte_count: words.byteCount, is_in_word: words.isInWord)
    let count = table.pointee.fold_words(text.count, first, stopsAtDigits, &state)
    (words.byteCount, words.isInWord) = (state.byte_count, state.is_in_word)
    return count
  }

  /// Where words begin: at the first byte, and behind each space, also one that is the last byte.
  ///
  /// - Parameters:
  ///   - words: with one space between any two.
  ///   - starts: has room for ``WordBuffer/slack`` more than there are words.
  /// - Returns: how many words there are.
  public func wordStarts(in words: UnsafeBufferPointer<UInt8>, into starts: UnsafeMutablePointer<Int>) -> Int {
    guard let first = words.baseAddress else { return 0 }
    return table.pointee.word_starts(words.count, first, starts)
  }
}
