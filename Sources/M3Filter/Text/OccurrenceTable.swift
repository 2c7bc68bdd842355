/// How often each 64-bit key was seen: the n-grams, lines or characters of one text, by their hashes.
package struct OccurrenceTable {
  /// A hash over code points or over hashes, for accidents only: about 2⁻⁶⁴ a pair.
  package struct HashState {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    package init() {}

    @inline(__always)
    package init(_ value: UInt32) {
      append(value)
    }

    @inline(__always)
    package mutating func append(_ value: UInt32) {
      append(UInt64(value))
    }

    @inline(__always)
    package mutating func append(_ value: UInt64) {
      state = (state ^ value) &* 0xD6E8_FEB8_6659_FD93
      state ^= state >> 32
    }

    /// Never 0.
    @inline(__always)
    package var value: UInt64 {
      let mixed = (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
      return (mixed ^ (mixed >> 32)) | 1
    }
  }

  private var keys: [UInt64]
  private var counts: [Int32]
  private let shift: UInt64

  /// - Parameter capacity: the most keys that will be added.
  package init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    keys = Array(repeating: 0, count: 1 << bits)
    counts = Array(repeating: 0, count: 1 << bits)
    shift = 64 - bits
  }

  package mutating func removeAll() {
    keys.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
  }

  /// Counts a key, which is not 0, once more. Returns how often it was seen by now.
  @inline(__always)
  @discardableResult
  package mutating func add(_ key: UInt64) -> Int {
    let slot = slot(of: key)
    keys[slot] = key
    counts[slot] &+= 1
    return Int(counts[slot])
  }

  @inline(__always)
  package func count(of key: UInt64) -> Int {
    Int(counts[slot(of: key)])
  }

  /// Where the key stands, or the free slot where it would.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    // Keys are hashes that end in 1: the upper bits of a product with an odd number spread them.
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
    return slot
  }
}
