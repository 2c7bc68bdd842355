import M3TestSupport
import M3Weights

/// Types of blocks by the layout that ggml gives them, one value at a time.
extension TensorType {
  /// Byte offsets of the half-precision fields in a block.
  private var halves: [Int] {
    switch self {
    case .f32, .f16, .bf16: []
    case .q4_0, .q5_0, .q8_0, .iq4_nl, .iq4_xs: [0]
    case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    case .q6_K: [208]
    }
  }

  /// Random bytes; exponents below 31 keep what stands for scales and minimums finite.
  func randomBlock(_ random: inout Randomness) -> [UInt8] {
    var block = (0..<bytesPerBlock).map { _ in UInt8.random(in: 0...255, using: &random) }
    for offset in halves { block[offset + 1] &= 0xBF }
    return block
  }

  /// Value `j` of a block by its type's formula, with Swift's own conversion of half precision.
  func slowValue(_ bytes: [UInt8], _ j: Int) -> Float {
    func half(_ at: Int) -> Float { Float(Float16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)) }
    /// A number of `count` bits, the lowest being bit `bit` of the block.
    func bits(_ bit: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | (Int(bytes[(bit + $1) / 8]) >> ((bit + $1) % 8) & 1) << $1 }
    }
    func nibble(_ at: Int) -> Int { bits(8 * (at + j % 16) + j / 16 * 4, 4) }
    /// Of 128 values in 32 bytes, each byte has bits of every 32nd.
    func pair(_ at: Int) -> Int { bits(8 * (at + j / 128 * 32 + j % 32) + j % 128 / 32 * 2, 2) }
    /// Four bits of value j of a block of 256: 32 low halves, then the 32 high ones of the same bytes.
    func largeNibble(_ at: Int) -> Int { bits(8 * (at + j / 64 * 32 + j % 32) + j % 64 / 32 * 4, 4) }
    /// One bit of each of 256 values in 32 bytes.
    func single(_ at: Int) -> Int { bits(8 * (at + j % 32) + j / 32, 1) }
    /// Scale and minimum of value j in Q4_K and Q5_K.
    var scaleAndMinimum: (Float, Float) {
      let group = j / 32
      if group < 4 { return (Float(bits(8 * (4 + group), 6)), Float(bits(8 * (8 + group), 6))) }
      return (
        Float(bits(8 * (8 + group), 4) + 16 * bits(8 * group + 6, 2)),
        Float(bits(8 * (8 + group) + 4, 4) + 16 * bits(8 * (4 + group) + 6, 2))
      )
    }
    let levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]
    switch self {
    case .q4_0: return half(0) * Float(nibble(2) - 8)
    case .q4_1: return half(0) * Float(nibble(4)) + half(2)
    case .q5_0: return half(0) * Float(nibble(6) + 16 * bits(16 + j, 1) - 16)
    case .q5_1: return half(0) * Float(nibble(8) + 16 * bits(32 + j, 1)) + half(2)
    case .q8_0: return half(0) * Float(Int8(bitPattern: bytes[2 + j]))
    case .q2_K:
      let (scale, minimum) = (bits(j / 16 * 8, 4), bits(j / 16 * 8 + 4, 4))
      return half(80) * Float(scale) * Float(pair(16)) - half(82) * Float(minimum)
    case .q3_K:
      let group = j / 16
      let scale = bits(8 * (96 + group % 8) + group / 8 * 4, 4) + 16 * bits(8 * (104 + group % 4) + group / 4 * 2, 2)
      return half(108) * Float(scale - 32) * Float(pair(32) + 4 * single(0) - 4)
    case .q4_K:
      let (scale, minimum) = scaleAndMinimum
      return half(0) * scale * Float(largeNibble(16)) - half(2) * minimum
    case .q5_K:
      let (scale, minimum) = scaleAndMinimum
      return half(0) * scale * Float(largeNibble(48) + 16 * single(16)) - half(2) * minimum
    case .q6_K:
      let low = bits(8 * (j / 128 * 64 + j % 64) + j % 128 / 64 * 4, 4)
      return half(208) * Float(Int8(bitPattern: bytes[192 + j / 16])) * Float(low + 16 * pair(128) - 32)
    case .iq4_nl: return half(0) * Float(levels[nibble(2)])
    case .iq4_xs:
      let group = j / 32
      let scale = bits(32 + 4 * group, 4) + 16 * bits(16 + 2 * group, 2)
      return half(0) * Float(scale - 32) * Float(levels[bits(8 * (8 + 16 * group + j % 16) + j % 32 / 16 * 4, 4)])
    case .f32, .f16, .bf16: preconditionFailure("not a type of blocks")
    }
  }
}
