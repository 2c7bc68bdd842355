/// Cuts a text into the words within which tokens are merged.
///
/// What is behind a word's end, scanned alone, has the words that it has in the text.
package protocol PreTokenizer: Sendable {
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
  case llamaBPE = "llama-bpe"
  case qwen2

  /// The kind of a name, or of another name that llama.cpp gives the same model; nil for any other.
  init?(named name: String) {
    switch name {
    case "llama3", "llama-v3": self = .llamaBPE
    case "deepseek-r1-qwen": self = .qwen2
    default: self.init(rawValue: name)
    }
  }

  /// Whether the text is brought into Normalization Form C before it is split: so say the `tokenizer.json` of Qwen2
  /// and those after it. GGUF does not, and llama.cpp leaves the text as it is; their ids differ where a text has
  /// decomposed letters or characters that stand for others.
  var composes: Bool { self == .qwen2 }

  /// Whether a word that is in the vocabulary is that token even where merges lead elsewhere:
  /// `ignore_merges` in Llama 3's `tokenizer.json`.
  var ignoresMerges: Bool { self == .llamaBPE }
}
