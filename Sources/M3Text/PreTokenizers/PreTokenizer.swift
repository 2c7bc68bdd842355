/// Cuts a text into the words within which tokens are merged.
///
/// Two promises about every boundary that it makes, on which chunking rests:
/// the text before the boundary, scanned alone, has the same words; and so has the text behind it.
protocol PreTokenizer: Sendable {
  /// The index behind the word that begins at `start`.
  /// - Parameters:
  ///   - utf8: a text, or the end of one, that begins at a word.
  ///   - start: a word's first byte, less than `utf8.count`.
  func wordEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int
}

/// The pre-tokenizers that this program knows, under GGUF's names (`tokenizer.ggml.pre`).
enum PreTokenizerKind: String, Sendable, CaseIterable {
  case gpt2 = "gpt-2"
  case smollm
}
