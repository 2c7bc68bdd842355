/// Counts equal hashes, and keeps which came first.
///
/// Different texts are taken for equal with a chance of about 2⁻⁶³ a pair.
struct HashCounter {
  private struct Slot {
    /// 0 where the slot is free.
    var hash: UInt64 = 0
    var count: UInt32 = 0
    var first: UInt32 = 0
  }

  /// Open addressing.
  private var slots: [Slot]
  private let shift: UInt64

  /// - Parameter capacity: how many hashes will be added at most.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * capacity { bits += 1 }
    slots = Array(repeating: Slot(), count: 1 << bits)
    shift = 64 - bits
  }

  mutating func removeAll() {
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: Slot()) }
  }

  /// Adds a hash.
  ///
  /// - Parameter index: kept where the hash is new.
  /// - Returns: how often it is there now, and the index it first came with.
  @inline(__always)
  mutating func add(_ hash: UInt64, index: Int) -> (count: Int, first: Int) {
    let key = hash | 1
    return slots.withUnsafeMutableBufferPointer { slots in
      var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
      while slots[slot].hash != 0 {
        if slots[slot].hash == key {
          slots[slot].count &+= 1
          return (Int(slots[slot].count), Int(slots[slot].first))
        }
        slot = (slot + 1) & (slots.count - 1)
      }
      slots[slot] = Slot(hash: key, count: 1, first: UInt32(truncatingIfNeeded: index))
      return (1, index)
    }
  }
}
