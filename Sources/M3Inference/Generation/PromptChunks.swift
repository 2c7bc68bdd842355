/// How the tokens of a prompt divide into chunks.
enum PromptChunks {
  struct Chunk: Equatable {
    var tokens: ArraySlice<Int32>
    /// Whether the chunk's text retrieves the memories that it reads; otherwise it keeps those that are there.
    var retrieves: Bool
  }

  /// - Parameters:
  ///   - tokens: those that belong to chunks: none of a BOS.
  ///   - retrievesFirst: whether the first chunk retrieves even where it is not full.
  static func chunks(_ tokens: ArraySlice<Int32>, chunkTokens: Int, retrievesFirst: Bool) -> [Chunk] {
    stride(from: tokens.startIndex, to: tokens.endIndex, by: chunkTokens).map { start in
      let slice = tokens[start..<min(start + chunkTokens, tokens.endIndex)]
      return Chunk(
        tokens: slice, retrieves: slice.count == chunkTokens || (retrievesFirst && start == tokens.startIndex))
    }
  }
}
