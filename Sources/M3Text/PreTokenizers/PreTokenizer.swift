/// Cuts a text into the words within which tokens are merged.
///
/// What is behind a word's end, scanned alone, has the words that it has in the text.
protocol PreTokenizer: Sendable {
  /// The index behind the word that begins at `start`.
  /// - Parameters:
  ///   - utf8: a text, or the end of one, that begins at a word.
  ///   - start: a word's first byte, less than `utf8.count`.
  func wordEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int

  /// Whether the words before a word's end stay what they are, wherever the text is cut behind it.
  func isStable(_ wordEnd: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Bool
}

/// The pre-tokenizers that this program knows, under GGUF's names (`tokenizer.ggml.pre`).
enum PreTokenizerKind: String, Sendable, CaseIterable {
  case gpt2 = "gpt-2"
  case smollm
}
