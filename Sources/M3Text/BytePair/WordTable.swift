/// From whole words of up to 15 bytes to the one token that each becomes.
///
/// A word is held in 16 bytes with its length, so that a look-up compares two integers and reads no
/// other memory. Nine words in ten of an English text end here.
struct WordTable: Sendable {
  /// A word's bytes, least significant first, and its length in the top byte.
  struct Key: Equatable {
    var low: UInt64
    var high: UInt64
  }

  private struct Slot {
    var key: Key
    var id: Int32
  }

  static let maximumByteCount = 15

  private var slots: [Slot]
  private let mask: Int
  private let shift: UInt64

  /// - Parameter count: how many words will be inserted.
  init(count: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * count { bits += 1 }
    slots = [Slot](repeating: Slot(key: Key(low: 0, high: 0), id: -1), count: 1 << bits)
    mask = slots.count - 1
    shift = 64 - bits
  }

  mutating func insert(_ key: Key, id: Int32) {
    var index = slot(of: key)
    while slots[index].key.high != 0 { index = (index + 1) & mask }
    slots[index] = Slot(key: key, id: id)
  }

  @inline(__always)
  func id(of key: Key) -> Int32? {
    var index = slot(of: key)
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.id }
      // The length is part of `high`, and no word is empty.
      if slot.key.high == 0 { return nil }
      index = (index + 1) & mask
    }
  }

  /// The high half of the full product of both halves, each mixed with a constant (digits of π).
  @inline(__always)
  private func slot(of key: Key) -> Int {
    let product = (key.low ^ 0x243F_6A88_85A3_08D3).multipliedFullWidth(by: key.high ^ 0x1319_8A2E_0370_7344)
    let mixed = (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed &>> shift)
  }
}

extension WordTable.Key {
  /// The key of the word `start..<end`, of 1 to 15 bytes.
  @inline(__always)
  init(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) {
    let count = end &- start
    if start + 16 <= utf8.count, let base = utf8.baseAddress {
      let bytes = UnsafeRawPointer(base + start)
      low = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      if count < 8 {
        low &= ~(UInt64.max &<< UInt64(count &* 8))
        high = 0
      } else {
        high = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        high &= ~(UInt64.max &<< UInt64((count &- 8) &* 8))
      }
    } else {
      low = 0
      high = 0
      for index in 0..<min(count, 8) { low |= UInt64(utf8[start + index]) << UInt64(index * 8) }
      for index in min(count, 8)..<count { high |= UInt64(utf8[start + index]) << UInt64(index * 8 - 64) }
    }
    high |= UInt64(count) &<< 56
  }
}
