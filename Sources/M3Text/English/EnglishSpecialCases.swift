/// Chunks that have tokens of their own: contractions, abbreviations, emoticons.
struct EnglishSpecialCases: Sendable {
  /// The tokens of one sequence.
  struct Entry: Sendable {
    var bytes: [UInt8]
    /// Where each token ends in ``bytes``.
    var ends: [Int]
  }

  private let entries: [Entry]
  /// Open addressing by the hash of the bytes; an entry's index and one, or 0.
  private let slots: [UInt16]
  /// Whether an entry has the same length and first, second and last byte, folded to 32,768 bits.
  private let filter: [UInt64]
  let maximumByteCount: Int

  static let shared = EnglishSpecialCases(rules)

  init(_ list: String) {
    entries = Self.entries(list)
    var slots = [UInt16](repeating: 0, count: 4096)
    var filter = [UInt64](repeating: 0, count: 512)
    for (index, entry) in entries.enumerated() {
      entry.bytes.withUnsafeBufferPointer { bytes in
        var slot = Int(truncatingIfNeeded: Self.hash(bytes, 0, bytes.count)) & 4095
        while slots[slot] != 0 { slot = (slot + 1) & 4095 }
        slots[slot] = UInt16(index + 1)
        let bit = Self.filterBit(bytes, 0, bytes.count)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
      }
    }
    self.slots = slots
    self.filter = filter
    maximumByteCount = entries.map(\.bytes.count).max() ?? 0
  }

  /// Sequences of tokens out of a list: white space between them, a grave accent between tokens.
  static func entries(_ list: String) -> [Entry] {
    list.utf8.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }).map { item in
      var entry = Entry(bytes: [], ends: [])
      for part in item.split(separator: UInt8(ascii: "`")) {
        entry.bytes += part
        entry.ends.append(entry.bytes.count)
      }
      return entry
    }
  }

  /// The tokens of a chunk that is a special case; nil of another.
  @inline(__always)
  func entry(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard end - start <= maximumByteCount, start < end else { return nil }
    let bit = Self.filterBit(utf8, start, end)
    guard filter[bit >> 6] & 1 << UInt64(bit & 63) != 0 else { return nil }
    return search(utf8, start, end)
  }

  private func search(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var slot = Int(truncatingIfNeeded: Self.hash(utf8, start, end)) & 4095
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if entries[index].bytes.elementsEqual(utf8[start..<end]) { return index }
      slot = (slot + 1) & 4095
    }
    return nil
  }

  /// Where each token of an entry ends, from the entry's beginning.
  @inline(__always)
  func ends(_ entry: Int) -> [Int] { entries[entry].ends }

  @inline(__always)
  private static func filterBit(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let first = UInt32(utf8[start])
    let second = UInt32(utf8[min(start + 1, end - 1)])
    let last = UInt32(utf8[end - 1])
    let key = first &* 0x9E37 ^ second &* 0x79B9_0000 ^ last << 8 ^ UInt32(end - start) << 17
    return Int((key &* 0x9E37_79B1) >> 17)
  }

  private static func hash(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in start..<end { hash = (hash ^ UInt64(utf8[index])) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
