/// Puts together the tokens of special cases that the affixes have split, as `Dr.` in `(Dr.,`.
///
/// Where such sequences share tokens the longest is taken, then the first. One with white space between its tokens is
/// left as it is, but those that share tokens with it are left too, as spaCy does.
struct EnglishMergers: Sendable {
  private struct Span {
    var start: Int
    var end: Int
  }

  private let entries: [EnglishSpecialCases.Entry]
  /// Open addressing by the hash of an entry's first two tokens; indices of entries.
  private let slots: [[UInt16]]
  /// By a token's first byte: one bit for each length in bytes that the second token of an entry has.
  private let secondLengths: [UInt64]
  /// The same of the first token.
  private let firstLengths: [UInt64]
  private static let slotCount = 2048

  static let shared = EnglishMergers(EnglishSpecialCases.mergers)

  private init(_ list: String) {
    entries = EnglishSpecialCases.entries(list)
    var slots = [[UInt16]](repeating: [], count: Self.slotCount)
    var firstLengths = [UInt64](repeating: 0, count: 256)
    var secondLengths = firstLengths
    for (index, entry) in entries.enumerated() {
      let first = entry.bytes[..<entry.ends[0]]
      let second = entry.bytes[entry.ends[0]..<entry.ends[1]]
      slots[Self.slot(first, second)].append(UInt16(index))
      firstLengths[Int(entry.bytes[0])] |= 1 << UInt64(first.count)
      secondLengths[Int(second[second.startIndex])] |= 1 << UInt64(second.count)
    }
    self.slots = slots
    self.firstLengths = firstLengths
    self.secondLengths = secondLengths
  }

  private static func slot(_ first: some Sequence<UInt8>, _ second: some Sequence<UInt8>) -> Int {
    var hash: UInt32 = 0x811C_9DC5
    for byte in first { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    hash = hash &* 31
    for byte in second { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return Int(hash >> 16 ^ hash) & (slotCount - 1)
  }

  /// Whether a token of these bytes may be the second of a sequence.
  @inline(__always)
  func mayBeSecond(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    Self.contains(secondLengths, utf8, start, end)
  }

  @inline(__always)
  private static func contains(
    _ lengths: [UInt64], _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Bool {
    end - start < 64 && lengths[Int(utf8[start])] & 1 << UInt64(end - start) != 0
  }

  /// - Parameter candidates: indices of the tokens that may be the second of a sequence, ascending, above 0.
  func apply(
    to tokens: inout [EnglishToken], candidates: [Int], in utf8: UnsafeBufferPointer<UInt8>,
    _ specialCases: EnglishSpecialCases
  ) {
    var spans: [Span] = []
    for second in candidates { find(from: second - 1, tokens, utf8, &spans) }
    guard !spans.isEmpty else { return }
    var merged: [EnglishToken] = []
    merged.reserveCapacity(tokens.count)
    var copied = 0
    for span in Self.chosen(spans) {
      let bytes = Int(tokens[span.start].start)..<Int(tokens[span.end - 1].end)
      guard Self.isUnbroken(tokens[span.start..<span.end]),
        let entry = specialCases.entry(utf8, bytes.lowerBound, bytes.upperBound)
      else { continue }
      merged += tokens[copied..<span.start]
      var start = bytes.lowerBound
      for end in specialCases.ends(entry) {
        merged.append(EnglishToken(start, bytes.lowerBound + end))
        start = bytes.lowerBound + end
      }
      copied = span.end
    }
    merged += tokens[copied...]
    tokens = merged
  }

  private func find(
    from start: Int, _ tokens: [EnglishToken], _ utf8: UnsafeBufferPointer<UInt8>, _ spans: inout [Span]
  ) {
    let first = tokens[start].range
    guard Self.contains(firstLengths, utf8, first.lowerBound, first.upperBound) else { return }
    for number in slots[Self.slot(utf8[first], utf8[tokens[start + 1].range])] {
      let entry = entries[Int(number)]
      guard start + entry.ends.count <= tokens.count else { continue }
      var partStart = 0
      let isEqual = entry.ends.indices.allSatisfy { part in
        defer { partStart = entry.ends[part] }
        return utf8[tokens[start + part].range].elementsEqual(entry.bytes[partStart..<entry.ends[part]])
      }
      if isEqual { spans.append(Span(start: start, end: start + entry.ends.count)) }
    }
  }

  /// Those that share no end with a longer one, or with an equally long one before it; in order.
  private static func chosen(_ spans: [Span]) -> [Span] {
    var taken: Set<Int> = []
    var chosen: [Span] = []
    let byLength = spans.sorted { ($1.end - $1.start, $0.start) < ($0.end - $0.start, $1.start) }
    for span in byLength {
      if !taken.contains(span.start), !taken.contains(span.end - 1) { chosen.append(span) }
      taken.formUnion(span.start..<span.end)
    }
    return chosen.sorted { $0.start < $1.start }
  }

  private static func isUnbroken(_ tokens: ArraySlice<EnglishToken>) -> Bool {
    zip(tokens, tokens.dropFirst()).allSatisfy { $0.end == $1.start }
  }
}
