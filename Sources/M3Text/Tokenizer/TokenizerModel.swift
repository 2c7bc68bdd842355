/// How a tokenizer makes ids from text, under GGUF's names (`tokenizer.ggml.model`).
enum TokenizerModel: Sendable {
  /// `gpt2`.
  case byteLevel(ByteLevelModel)
  /// `llama`.
  case scoredPairs(SentencePieceModel<ScoredPairSegmenter>)
  /// `t5`.
  case unigram(SentencePieceModel<UnigramSegmenter>)
}
