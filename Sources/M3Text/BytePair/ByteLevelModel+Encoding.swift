extension ByteLevelModel {
  /// Appends the ids of a text.
  func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    guard preTokenizer.composes, let composed = ComposedText(utf8) else { return encodeWords(utf8, into: &ids) }
    composed.bytes.withUnsafeBufferPointer { encodeWords($0, into: &ids) }
  }

  /// Appends ids and stable boundaries: ``Tokenizer/encode(_:until:into:boundaries:)``.
  ///
  /// A text that must be composed first is encoded whole, and there are no boundaries within what composing changes.
  func encode(
    _ utf8: UnsafeBufferPointer<UInt8>, until limit: Int, into ids: inout [Int32],
    boundaries: inout [StableBoundary]
  ) -> Int {
    guard preTokenizer.composes, let composed = ComposedText(utf8) else {
      return encodeWords(utf8, until: limit, into: &ids, boundaries: &boundaries)
    }
    var found: [StableBoundary] = []
    _ = composed.bytes.withUnsafeBufferPointer { encodeWords($0, until: .max, into: &ids, boundaries: &found) }
    for boundary in found {
      guard let offset = composed.originalOffset(of: boundary.byteOffset) else { continue }
      boundaries.append(StableBoundary(byteOffset: offset, tokenCount: boundary.tokenCount))
    }
    return utf8.count
  }

  /// The most bytes of a text that become one of what is encoded.
  var maximumContraction: Int { preTokenizer.composes ? ComposedText.maximumContraction : 1 }

  private func encodeWords(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
    switch preTokenizer {
    case .gpt2: encode(utf8, by: GPT2PreTokenizer(isolatesDigits: false), into: &ids)
    case .smollm: encode(utf8, by: GPT2PreTokenizer(isolatesDigits: true), into: &ids)
    case .llamaBPE: encode(utf8, by: Llama3PreTokenizer(maximumNumberCount: 3), into: &ids)
    case .qwen2: encode(utf8, by: Llama3PreTokenizer(maximumNumberCount: 1), into: &ids)
    }
  }

  private func encodeWords(
    _ utf8: UnsafeBufferPointer<UInt8>, until limit: Int, into ids: inout [Int32],
    boundaries: inout [StableBoundary]
  ) -> Int {
    switch preTokenizer {
    case .gpt2:
      encode(utf8, by: GPT2PreTokenizer(isolatesDigits: false), until: limit, into: &ids, boundaries: &boundaries)
    case .smollm:
      encode(utf8, by: GPT2PreTokenizer(isolatesDigits: true), until: limit, into: &ids, boundaries: &boundaries)
    case .llamaBPE:
      encode(utf8, by: Llama3PreTokenizer(maximumNumberCount: 3), until: limit, into: &ids, boundaries: &boundaries)
    case .qwen2:
      encode(utf8, by: Llama3PreTokenizer(maximumNumberCount: 1), until: limit, into: &ids, boundaries: &boundaries)
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
}
