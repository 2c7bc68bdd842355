/// A place in a text on both sides of which tokens are made alone: wherever the text is cut behind it,
/// the ids before it stay what they are, and what is behind it gives the same ids when it is encoded
/// as the rest of the text.
package struct StableBoundary: Sendable, Equatable {
  /// Bytes before the boundary.
  package var byteOffset: Int
  /// Tokens before the boundary.
  package var tokenCount: Int
  /// What the unigram model carries on: the sum of the scores before the boundary.
  var pathScore: Float

  /// A text's beginning.
  package static let start = StableBoundary(byteOffset: 0, tokenCount: 0)

  package init(byteOffset: Int, tokenCount: Int) {
    self.init(byteOffset: byteOffset, tokenCount: tokenCount, pathScore: 0)
  }

  init(byteOffset: Int, tokenCount: Int, pathScore: Float) {
    self.byteOffset = byteOffset
    self.tokenCount = tokenCount
    self.pathScore = pathScore
  }
}

extension Tokenizer {
  /// The ids of a text, in time linear in its length but for long words, which take n log n.
  ///
  /// All of it is ordinary text: the spelling of a control token is encoded like any other.
  public func encode(_ text: String) -> [Int32] {
    var text = text
    var ids: [Int32] = []
    text.withUTF8 { encode($0, into: &ids) }
    return ids
  }

  /// Appends the ids of a text.
  /// - Parameter utf8: well-formed UTF-8. Other bytes do no harm: byte-level BPE keeps them, the other
  ///   models take each for U+FFFD.
  public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    encode(utf8, continuing: .start, into: &ids)
  }

  /// Appends the ids of the rest of a text, from one of its stable boundaries on: those that follow the ids
  /// before the boundary when the whole text is encoded. No space is put before it.
  package func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, continuing boundary: StableBoundary, into ids: inout [Int32]
  ) {
    switch model {
    case .byteLevel(let model): model.encode(utf8, into: &ids)
    case .scoredPairs(let model): _ = model.encode(utf8, continuing: boundary, until: .max, into: &ids) { _ in }
    case .unigram(let model): _ = model.encode(utf8, continuing: boundary, until: .max, into: &ids) { _ in }
    }
  }

  /// Appends the ids of a text until there are more than `limit`, and the stable boundaries between.
  ///
  /// - Parameters:
  ///   - ids: appended to; `limit` and the boundaries count from what it holds already.
  ///   - boundaries: appended to, in ascending order. The text's end is one.
  /// - Returns: how many bytes were encoded.
  package func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, until limit: Int, into ids: inout [Int32],
    boundaries: inout [StableBoundary]
  ) -> Int {
    switch model {
    case .byteLevel(let model): model.encode(utf8, until: limit, into: &ids, boundaries: &boundaries)
    case .scoredPairs(let model):
      model.encode(utf8, continuing: .start, until: limit, into: &ids) { boundaries.append($0) }
    case .unigram(let model):
      model.encode(utf8, continuing: .start, until: limit, into: &ids) { boundaries.append($0) }
    }
  }
}
