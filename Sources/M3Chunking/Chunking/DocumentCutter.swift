import M3Text

/// Cuts one text, window by window: encode a little more than a chunk can hold, choose where it ends,
/// begin again behind it.
struct DocumentCutter {
  private let text: UnsafeBufferPointer<UInt8>
  private let prefix: [UInt8]
  private let bound: Int
  private let breaks: TextBreaks
  private var window: TokenWindow
  private let prefixTokenCount: Int
  private let maximumTokenByteCount: Int
  /// Where the text's last character that is not white space ends.
  private let contentEnd: Int

  /// Bytes of text for each token of the bound in the first attempt at a window: more than the 4 to
  /// 5 of most English, so that it seldom has to grow.
  private static let bytesPerToken = 6

  init(text: UnsafeBufferPointer<UInt8>, prefix: [UInt8], tokenizer: Tokenizer, bound: Int) {
    self.text = text
    self.prefix = prefix
    self.bound = bound
    breaks = TextBreaks(text)
    window = TokenWindow(tokenizer: tokenizer)
    prefixTokenCount = prefix.withUnsafeBufferPointer { utf8 in
      var ids: [Int32] = []
      tokenizer.encode(utf8, into: &ids)
      return ids.count
    }
    maximumTokenByteCount = tokenizer.maximumTokenByteCount
    contentEnd = breaks.contentEnd
  }

  mutating func chunks() -> [Chunk] {
    var start = breaks.skipSpace(from: 0)
    guard start < contentEnd else { return [] }
    if start > 0 || contentEnd < text.count, let chunk = wholeText() { return [chunk] }
    var chunks: [Chunk] = []
    while start < contentEnd {
      let end = nextCut(from: start)
      let chunk = chunk(start, end)
      // Bytes that the vocabulary does not have make no token, and nothing that could be remembered.
      if !chunk.tokenIDs.isEmpty { chunks.append(chunk) }
      start = breaks.skipSpace(from: end)
    }
    return chunks
  }

  /// The text as one chunk with the white space at its ends, if it is within the bound.
  private mutating func wholeText() -> Chunk? {
    guard text.count <= bound * maximumTokenByteCount else { return nil }
    window.encode(prefix: prefix, text: text[...], until: bound)
    guard window.byteCount == text.count, window.tokenCount <= bound else { return nil }
    return chunk(0, text.count)
  }

  /// The end of the chunk that begins at `start`; leaves the window on it.
  private mutating func nextCut(from start: Int) -> Int {
    let remaining = contentEnd - start
    var size = bound * Self.bytesPerToken
    let largest = max(size, bound * maximumTokenByteCount)
    while true {
      // A rest of about two chunks is encoded whole, to be cut near its middle.
      let holdsRest = remaining <= 2 * size
      let end = holdsRest ? contentEnd : text.scalarBoundary(notAfter: start + size)
      window.encode(prefix: prefix, text: text[start..<end], until: holdsRest ? 2 * bound : bound)
      if window.tokenCount > bound { break }
      if holdsRest { return contentEnd }
      // Text that makes hardly any token, of bytes that the vocabulary does not have.
      if size >= largest { return breaks.trimSpace(from: start, to: end) }
      size = min(2 * size, largest)
    }
    return middleCut(from: start) ?? upperCut(from: start) ?? lowerCut(from: start) ?? characterCut(from: start)
  }

  /// A cut of the whole rest into two, where it fits in two with an eighth of them to spare.
  private mutating func middleCut(from start: Int) -> Int? {
    guard start + window.byteCount == contentEnd else { return nil }
    let total = window.tokenCount + prefixTokenCount
    guard total <= 2 * bound - bound / 4 else { return nil }
    let range = max(total - bound, total / 4)...min(bound, total - total / 4)
    let counted = candidates(from: start, tokens: range).map {
      (candidate: $0, distance: abs(2 * tokenCount(start, $0.position) - total))
    }
    return best(counted.sorted { $0.distance < $1.distance }.map(\.candidate), from: start, tokens: range)
  }

  /// The last break of the best kind in the upper half of the bound.
  private mutating func upperCut(from start: Int) -> Int? {
    best(candidates(from: start, tokens: bound / 2...bound).reversed(), from: start, tokens: bound / 2...bound)
  }

  /// The last break of any kind: behind it a word begins that is longer than the upper half.
  private mutating func lowerCut(from start: Int) -> Int? {
    candidates(from: start, tokens: 0...bound).last { tokenCount(start, $0.position) <= bound }?.position
  }

  /// Breaks around which the chunk has a count of tokens in a range, in ascending order; the first ones may
  /// be below it, in the word in which it begins.
  private mutating func candidates(from start: Int, tokens: ClosedRange<Int>) -> [TextBreak] {
    let first = start + window.byteOffset(ofAtMost: tokens.lowerBound)
    // The word that exceeds the range may have breaks in it, in scripts without spaces.
    let last = start + window.byteOffset(ofAtLeast: tokens.upperBound + 1)
    let breaks = breaks.between(max(first, start + 1), min(last, contentEnd - 1))
    let fitting = lastFitting(breaks.map(\.position), from: start, limit: tokens.upperBound)
    return fitting.map { Array(breaks[...$0]) } ?? []
  }

  /// The first of the best kind at which the chunk has a count of tokens in a range.
  private mutating func best(_ candidates: [TextBreak], from start: Int, tokens: ClosedRange<Int>) -> Int? {
    for kind in BreakKind.allCases {
      for candidate in candidates where candidate.kind == kind {
        if tokens.contains(tokenCount(start, candidate.position)) { return candidate.position }
      }
    }
    return nil
  }

  private mutating func tokenCount(_ start: Int, _ end: Int) -> Int {
    window.tokenCount(upTo: end - start)
  }

  private func chunk(_ start: Int, _ end: Int) -> Chunk {
    let body = text[start..<end]
    return Chunk(
      text: prefix.isEmpty ? String(decoding: body, as: UTF8.self) : String(decoding: prefix + body, as: UTF8.self),
      start: start, end: end, tokenIDs: window.ids(upTo: end - start))
  }
}

extension DocumentCutter {
  /// A cut within a word that alone exceeds the bound.
  private mutating func characterCut(from start: Int) -> Int {
    let limit = start + window.byteCount
    // Doubled until the last character does not fit: most windows hold far more than a chunk.
    var size = 2 * bound
    while true {
      let end = text.scalarBoundary(notAfter: min(start + size, limit))
      let ends = breaks.characterEnds(from: start, to: end)
      if let fitting = lastFitting(ends, from: start, limit: bound), fitting < ends.count - 1 || end == limit {
        return ends[fitting]
      }
      if end == limit { break }
      size *= 2
    }
    // One character of many code points; the first of them fits in the least bound.
    let ends = breaks.scalarEnds(from: start, to: limit)
    return ends[lastFitting(ends, from: start, limit: bound) ?? 0]
  }

  /// By bisection, the index of the last position at which the chunk is within the limit, as far as the
  /// count grows with the position; in any case of one at which it is.
  private mutating func lastFitting(_ positions: [Int], from start: Int, limit: Int) -> Int? {
    var low = -1
    var high = positions.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if tokenCount(start, positions[middle]) <= limit { low = middle } else { high = middle }
    }
    return low >= 0 ? low : nil
  }
}
