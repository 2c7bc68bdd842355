/// Hashes seen so far. Different texts are taken for equal with a chance of about 2⁻⁶³ a pair.
struct HashSet {
  /// Open addressing, at most half full: hashes, 0 where a slot is free.
  private var slots: [UInt64]
  private var count = 0
  private var shift: UInt64

  /// - Parameter capacity: how many hashes it takes before it grows.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * capacity { bits += 1 }
    slots = Array(repeating: 0, count: 1 << bits)
    shift = 64 - bits
  }

  mutating func removeAll() {
    slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    count = 0
  }

  /// Returns false where the hash was there already.
  @inline(__always)
  mutating func insert(_ hash: UInt64) -> Bool {
    let key = hash | 1
    let shift = shift
    let isNew = slots.withUnsafeMutableBufferPointer { slots in
      var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
      while slots[slot] != 0 {
        if slots[slot] == key { return false }
        slot = (slot + 1) & (slots.count - 1)
      }
      slots[slot] = key
      return true
    }
    if isNew {
      count += 1
      if 2 * count > slots.count { grow() }
    }
    return isNew
  }

  private mutating func grow() {
    var larger = HashSet(capacity: slots.count)
    for key in slots where key != 0 { _ = larger.insert(key) }
    self = larger
  }
}
