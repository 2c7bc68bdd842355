/// A place in a text on both sides of which tokens are made alone: wherever the text is cut behind it,
/// the ids before it stay what they are, and what is behind it gives the same ids when encoded alone.
package struct StableBoundary: Sendable, Equatable {
  /// Bytes before the boundary.
  package var byteOffset: Int
  /// Tokens before the boundary.
  package var tokenCount: Int

  package init(byteOffset: Int, tokenCount: Int) {
    self.byteOffset = byteOffset
    self.tokenCount = tokenCount
  }
}

extension Tokenizer {
  /// The ids of a text, in time linear in its length but for words of more than 64 bytes, which take
  /// n log n.
  ///
  /// All of it is ordinary text: the spelling of a control token is encoded like any other.
  public func encode(_ text: String) -> [Int32] {
    var text = text
    var ids: [Int32] = []
    text.withUTF8 { encode($0, into: &ids) }
    return ids
  }

  /// Appends the ids of a text.
  /// - Parameter utf8: well-formed UTF-8. Other bytes do no harm: each is a character of no class.
  public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    switch preTokenizer {
    case .gpt2: encode(utf8, by: GPT2PreTokenizer(isolatesDigits: false), into: &ids)
    case .smollm: encode(utf8, by: GPT2PreTokenizer(isolatesDigits: true), into: &ids)
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
    switch preTokenizer {
    case .gpt2:
      encode(utf8, by: GPT2PreTokenizer(isolatesDigits: false), until: limit, into: &ids, boundaries: &boundaries)
    case .smollm:
      encode(utf8, by: GPT2PreTokenizer(isolatesDigits: true), until: limit, into: &ids, boundaries: &boundaries)
    }
  }

  private func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, by preTokenizer: some PreTokenizer, into ids: inout [Int32]
  ) {
    var start = 0
    while start < utf8.count {
      let end = preTokenizer.wordEnd(in: utf8, from: start)
      append(utf8, start, end, to: &ids)
      start = end
    }
  }

  private func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, by preTokenizer: some PreTokenizer, until limit: Int,
    into ids: inout [Int32], boundaries: inout [StableBoundary]
  ) -> Int {
    let base = ids.count
    var start = 0
    while start < utf8.count, ids.count - base <= limit {
      let end = preTokenizer.wordEnd(in: utf8, from: start)
      append(utf8, start, end, to: &ids)
      start = end
      if end == utf8.count || preTokenizer.isStable(end, in: utf8) {
        boundaries.append(StableBoundary(byteOffset: end, tokenCount: ids.count - base))
      }
    }
    return start
  }

  @inline(__always)
  private func append(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    if end &- start <= WordTable.maximumByteCount, let id = words.id(of: WordTable.Key(utf8, start, end)) {
      ids.append(id)
    } else {
      vocabulary.encoder.append(utf8, start, end, to: &ids)
    }
  }
}
