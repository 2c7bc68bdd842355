/// The runs of n characters of a text, each as a hash.
package struct CharacterNGrams {
  /// In the order of the text; empty where it has fewer than n characters.
  package let hashes: [UInt64]
  private let values: [UInt32]
  private let length: Int

  /// - Parameters:
  ///   - values: the text's code points.
  ///   - length: n, at least 1.
  package init(_ values: [UInt32], length: Int) {
    self.values = values
    self.length = length
    guard values.count >= length else {
      hashes = []
      return
    }
    let base: UInt64 = 0xD6E8_FEB8_6659_FD93
    let drop = (1..<length).reduce(base) { power, _ in power &* base }
    var state: UInt64 = 0
    var hashes: [UInt64] = []
    hashes.reserveCapacity(values.count)
    for index in values.indices {
      state = state &* base &+ Self.mixed(values[index])
      if index >= length { state = state &- drop &* Self.mixed(values[index - length]) }
      if index >= length - 1 {
        let folded = (state ^ (state >> 31)) &* 0x94D0_49BB_1331_11EB
        hashes.append((folded ^ (folded >> 30)) | 1)
      }
    }
    self.hashes = hashes
  }

  /// How often the most frequent run stands; 0 where there is none.
  package var mostCommonCount: Int {
    var table = OccurrenceTable(capacity: hashes.count)
    return hashes.reduce(0) { max($0, table.add($1)) }
  }

  /// The distinct characters of the runs that stand twice or more.
  package var duplicateCharacterCount: Int {
    var table = OccurrenceTable(capacity: hashes.count)
    for hash in hashes { table.add(hash) }
    var characters = Set<UInt32>()
    for (index, hash) in hashes.enumerated() where table.count(of: hash) > 1 {
      characters.formUnion(values[index..<index + length])
    }
    return characters.count
  }

  @inline(__always)
  private static func mixed(_ value: UInt32) -> UInt64 {
    let product = (UInt64(value) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 32)
  }
}
