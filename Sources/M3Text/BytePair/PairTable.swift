/// From pairs of small ids to 0, 1, 2 … in the order in which the pairs were added.
///
/// Open addressing over 8-byte slots, half of them empty or more, so that most look-ups, found or not,
/// touch one cache line.
struct PairTable: Sendable {
  /// Left id, right id and index from the top: 21, 21 and 22 bits.
  private var slots: [UInt64]
  private let mask: Int
  private let shift: UInt64
  /// How many pairs were added.
  private(set) var count = 0

  /// An index that no pair has.
  static let none: UInt32 = 1 << 22 - 1
  static let maximumCount = Int(none)
  /// One more than the largest id that fits.
  static let maximumIDCount = 1 << 21

  private static let empty = UInt64.max

  /// - Parameter capacity: how many pairs will be added, at most ``maximumCount``.
  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * capacity { bits += 1 }
    slots = [UInt64](repeating: Self.empty, count: 1 << bits)
    mask = slots.count - 1
    shift = 64 - bits
  }

  /// Adds a pair; false if it is there already.
  mutating func append(_ left: Int32, _ right: Int32) -> Bool {
    let key = Self.key(left, right)
    var index = slot(of: key)
    while slots[index] != Self.empty {
      if slots[index] >> 22 == key { return false }
      index = (index + 1) & mask
    }
    slots[index] = key << 22 | UInt64(count)
    count += 1
    return true
  }

  /// The index of a pair, or ``none``.
  @inline(__always)
  func index(_ left: Int32, _ right: Int32) -> UInt32 {
    let key = Self.key(left, right)
    var index = slot(of: key)
    while true {
      let slot = slots[index]
      // An empty slot's lower bits are `none`.
      if slot >> 22 == key || slot == Self.empty { return UInt32(truncatingIfNeeded: slot) & Self.none }
      index = (index + 1) & mask
    }
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 21 | UInt64(UInt32(bitPattern: right))
  }

  /// Fibonacci hashing: the top bits of the product with 2⁶⁴ / φ.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }
}
