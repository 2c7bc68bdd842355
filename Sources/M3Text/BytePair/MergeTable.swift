/// From a pair of neighbouring tokens to the rank of the merge that joins them.
///
/// Open addressing over 8-byte slots, half of them empty or more, so that most look-ups, found or not,
/// touch one cache line.
struct MergeTable: Sendable {
  /// Left id, right id and rank from the top: 21, 21 and 22 bits.
  private var slots: [UInt64]
  private let mask: Int
  private let shift: UInt64
  /// The token that each rank's merge makes.
  private(set) var products: [Int32] = []

  /// A rank that no merge has.
  static let noMerge: UInt32 = 1 << 22 - 1
  static let maximumMergeCount = Int(noMerge)
  /// One more than the largest id that fits.
  static let maximumVocabularyCount = 1 << 21

  private static let empty = UInt64.max

  /// - Parameter mergeCount: how many merges will be added, at most ``maximumMergeCount``.
  init(mergeCount: Int) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * mergeCount { bits += 1 }
    slots = [UInt64](repeating: Self.empty, count: 1 << bits)
    mask = slots.count - 1
    shift = 64 - bits
    products.reserveCapacity(mergeCount)
  }

  /// Adds the next merge in rank; false if the pair is there already.
  mutating func append(left: Int32, right: Int32, product: Int32) -> Bool {
    let key = Self.key(left, right)
    var index = slot(of: key)
    while slots[index] != Self.empty {
      if slots[index] >> 22 == key { return false }
      index = (index + 1) & mask
    }
    slots[index] = key << 22 | UInt64(products.count)
    products.append(product)
    return true
  }

  /// The rank of a pair's merge, or ``noMerge``.
  @inline(__always)
  func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    let key = Self.key(left, right)
    var index = slot(of: key)
    while true {
      let slot = slots[index]
      // An empty slot's lower bits are `noMerge`.
      if slot >> 22 == key || slot == Self.empty { return UInt32(truncatingIfNeeded: slot) & Self.noMerge }
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
