/// Collects symbols in the order in which they will be decoded, and codes them all at the end, backwards.
struct EntropyEncoder {
  /// Frequency above, first slot below; 16 bits each.
  private var intervals: [UInt32] = []

  mutating func append(start: UInt16, frequency: UInt16) {
    intervals.append(UInt32(frequency) << 16 | UInt32(start))
  }

  /// Appends the lowest `count` bits of a number, all values alike.
  mutating func append(bits: Int, count: Int) {
    var (bits, count) = (bits, count)
    while count > 0 {
      let piece = min(count, EntropyState.rawBits)
      let frequency = 1 << (SymbolModel.frequencyBits - piece)
      append(start: UInt16((bits & (1 << piece - 1)) * frequency), frequency: UInt16(frequency))
      bits >>= piece
      count -= piece
    }
  }

  /// The last state, little-endian, and the bytes that a decoder takes in one after another.
  consuming func finish() -> [UInt8] {
    var state = EntropyState.initial
    var reversed: [UInt8] = []
    for interval in intervals.reversed() {
      let (frequency, start) = (interval >> 16, interval & 0xFFFF)
      // The bound beyond which the new state would reach the limit.
      let bound = UInt64(EntropyState.limit) >> UInt64(SymbolModel.frequencyBits) * UInt64(frequency)
      while UInt64(state) >= bound {
        reversed.append(UInt8(truncatingIfNeeded: state))
        state >>= 8
      }
      let (quotient, remainder) = state.quotientAndRemainder(dividingBy: frequency)
      state = quotient << UInt32(SymbolModel.frequencyBits) + remainder + start
    }
    for shift: UInt32 in [24, 16, 8, 0] { reversed.append(UInt8(truncatingIfNeeded: state >> shift)) }
    return reversed.reversed()
  }
}
