import M3Text

/// The tokens of a stretch of text behind a prefix, and of every shorter stretch from the same start.
struct TokenWindow {
  /// The prefix and then the text.
  private var bytes: [UInt8] = []
  private var ids: [Int32] = []
  private var boundaries: [StableBoundary] = []
  private var prefixByteCount = 0
  private var encodedByteCount = 0
  private var scratch: [Int32] = []

  private let tokenizer: Tokenizer

  init(tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
  }

  /// How many tokens were made: all of the window's, or more than the limit.
  var tokenCount: Int { ids.count }
  /// The text's bytes that were encoded.
  var byteCount: Int { encodedByteCount - prefixByteCount }

  /// Encodes `prefix + text` until there are more than `limit` tokens.
  mutating func encode(prefix: [UInt8], text: Slice<UnsafeBufferPointer<UInt8>>, until limit: Int) {
    bytes.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    boundaries.removeAll(keepingCapacity: true)
    bytes += prefix
    bytes += text
    prefixByteCount = prefix.count
    encodedByteCount = bytes.withUnsafeBufferPointer {
      tokenizer.encode($0, until: limit, into: &ids, boundaries: &boundaries)
    }
  }

  /// The first word's end at which there are `tokenCount` tokens or more, in the text's bytes;
  /// ``byteCount`` if there is none.
  func byteOffset(ofAtLeast tokenCount: Int) -> Int {
    let index = boundaries.partitionPoint { $0.tokenCount >= tokenCount }
    return max(0, index < boundaries.count ? boundaries[index].byteOffset - prefixByteCount : byteCount)
  }

  /// The last word's end at which there are no more than `tokenCount` tokens, in the text's bytes.
  func byteOffset(ofAtMost tokenCount: Int) -> Int {
    let index = boundaries.partitionPoint { $0.tokenCount > tokenCount }
    return max(0, index > 0 ? boundaries[index - 1].byteOffset - prefixByteCount : 0)
  }

  /// How many tokens the prefix and the text's first bytes have, encoded on their own.
  mutating func tokenCount(upTo byteOffset: Int) -> Int {
    let boundary = boundary(notAfter: byteOffset)
    scratch.removeAll(keepingCapacity: true)
    encode(from: boundary, upTo: byteOffset, into: &scratch)
    return boundary.tokenCount + scratch.count
  }

  /// The ids of the prefix and the text's first bytes, encoded on their own.
  func ids(upTo byteOffset: Int) -> [Int32] {
    let boundary = boundary(notAfter: byteOffset)
    var result = Array(ids[..<boundary.tokenCount])
    encode(from: boundary, upTo: byteOffset, into: &result)
    return result
  }

  /// What is before a stable boundary keeps its tokens, wherever behind it the text is cut.
  private func encode(from boundary: StableBoundary, upTo byteOffset: Int, into result: inout [Int32]) {
    let end = prefixByteCount + byteOffset
    guard boundary.byteOffset < end else { return }
    bytes.withUnsafeBufferPointer {
      tokenizer.encode(
        UnsafeBufferPointer(rebasing: $0[boundary.byteOffset..<end]), continuing: boundary, into: &result)
    }
  }

  /// The last stable boundary that is not behind a byte of the text.
  private func boundary(notAfter byteOffset: Int) -> StableBoundary {
    let index = boundaries.partitionPoint { $0.byteOffset > prefixByteCount + byteOffset }
    return index > 0 ? boundaries[index - 1] : .start
  }
}

extension Array {
  /// The first index whose element belongs to the second part, for an array that is so divided.
  fileprivate func partitionPoint(_ belongsToSecondPart: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
