/// bfloat16: the upper half of a float32.
public enum BFloat16 {
  /// Rounds to nearest, ties to even.
  @inlinable
  public static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  @inlinable
  public static func value(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}

extension SparseMemory {
  /// With keys and values rounded to bfloat16, as they lie between encoding and sharding (paper, section 3.3).
  public var roundedToBFloat16: SparseMemory {
    func rounded(_ values: [Float]) -> [Float] { values.map { BFloat16.value(BFloat16.bits($0)) } }
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: rounded(keys),
      values: rounded(values))
  }
}
