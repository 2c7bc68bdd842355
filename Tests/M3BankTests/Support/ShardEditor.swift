import M3Bytes

/// Changes fields of a shard's bytes and makes the sums fit again, as someone would who wants to deceive.
///
/// Offsets are those of the article, written out once more, so that a slip in the layout shows.
struct ShardEditor {
  var bytes: [UInt8]
  let recordCount: Int

  init(_ bytes: [UInt8], recordCount: Int) {
    self.bytes = bytes
    self.recordCount = recordCount
  }

  var footer: Int { bytes.count - 56 }
  var index: Int { footer - 52 * recordCount - 8 }
  func entry(_ position: Int) -> Int { index + 8 + 40 * position }
  func key(_ place: Int) -> Int { index + 8 + 40 * recordCount + 12 * place }

  func get(_ offset: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
  }

  mutating func set(_ offset: Int, _ size: Int, _ value: UInt64) {
    for place in 0..<size { bytes[offset + place] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(place))) }
  }

  func frame(_ position: Int) -> Range<Int> {
    let start = Int(get(entry(position) + 8, 8))
    return start..<start + Int(get(entry(position) + 16, 4))
  }

  /// Recomputes a record's sum from its frame.
  mutating func resealRecord(_ position: Int) {
    let bank = get(40, 8) ^ get(48, 8)
    let seed = get(entry(position), 8) ^ get(entry(position) + 8, 8) ^ bank
    set(entry(position) + 32, 8, XXH3.hash64(Array(bytes[frame(position)]), seed: seed))
  }

  /// Recomputes the sums of header, index and footer.
  mutating func reseal() {
    set(88, 8, XXH3.hash64(Array(bytes[..<88])))
    set(footer + 16, 8, XXH3.hash64(Array(bytes[index..<footer])))
    set(footer + 24, 8, get(88, 8))
    resealFooter()
  }

  mutating func resealFooter() {
    set(footer + 40, 8, XXH3.hash64(Array(bytes[footer..<footer + 40])))
  }
}
