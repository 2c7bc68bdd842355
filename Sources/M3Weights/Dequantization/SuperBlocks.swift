// Blocks of 256 values in groups of 16 or 32, each with a small integer scale of its own; d, and dmin where there is
// one, scale those. A group's scale is rounded to float32 before it meets a quant, as ggml does it.

/// Blocks of 84 bytes: 16 bytes of scales and minimums, 64 of quants, half d, half dmin. `d * s * q - dmin * m`.
func dequantizeQ2_K(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 84
    let scales = block.assumingMemoryBound(to: UInt8.self)
    let quants = (block + 16).assumingMemoryBound(to: UInt8.self)
    let (scale, minimum) = (block.half(at: 80), block.half(at: 82))
    for group in 0..<16 {
      let place = SixteenPlace(group)
      let groupScale = scale * Float(scales[group] & 15)
      let groupMinimum = minimum * Float(scales[group] >> 4)
      let (bytes, values) = (quants + place.twoBitOffset, target + (index * 256 + group * 16))
      for j in 0..<16 {
        values[j] = groupScale * Float(bytes[j] &>> place.twoBitShift & 3) - groupMinimum
      }
    }
  }
}

/// Blocks of 110 bytes: 32 bytes of third bits, 64 of quants, 12 of scales, half d. `d * (s - 32) * (q - 4)`.
func dequantizeQ3_K(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 110
    let thirds = block.assumingMemoryBound(to: UInt8.self)
    let quants = (block + 32).assumingMemoryBound(to: UInt8.self)
    let scales = (block + 96).assumingMemoryBound(to: UInt8.self)
    let scale = block.half(at: 108)
    for group in 0..<16 {
      let place = SixteenPlace(group)
      // Four low bits in halves of the first 8 bytes, two high ones in quarters of the last 4.
      let low = scales[group % 8] &>> UInt8(group / 8 * 4) & 15
      let high = scales[8 + group % 4] &>> UInt8(group / 4 * 2) & 3
      let groupScale = scale * Float(Int32(low | high << 4) - 32)
      let (bytes, values) = (quants + place.twoBitOffset, target + (index * 256 + group * 16))
      let (thirds, thirdShift) = (thirds + group % 2 * 16, UInt8(group / 2))
      for j in 0..<16 {
        let quant = bytes[j] &>> place.twoBitShift & 3 | (thirds[j] &>> thirdShift & 1) << 2
        values[j] = groupScale * Float(Int32(quant) - 4)
      }
    }
  }
}

/// Blocks of 144 bytes: half d, half dmin, 12 bytes of scales and minimums, 128 of quants. `d * s * q - dmin * m`.
func dequantizeQ4_K(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 144
    let scales = ThirtyTwoScales(block)
    let quants = (block + 16).assumingMemoryBound(to: UInt8.self)
    for group in 0..<8 {
      let (scale, minimum) = scales[group]
      let (bytes, shift) = (quants + group / 2 * 32, UInt8(group % 2 * 4))
      let values = target + (index * 256 + group * 32)
      for j in 0..<32 {
        values[j] = scale * Float(bytes[j] &>> shift & 15) - minimum
      }
    }
  }
}

/// Blocks of 176 bytes: as Q4_K, with 32 bytes of fifth bits before the quants. `d * s * q - dmin * m`.
func dequantizeQ5_K(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 176
    let scales = ThirtyTwoScales(block)
    let fifths = (block + 16).assumingMemoryBound(to: UInt8.self)
    let quants = (block + 48).assumingMemoryBound(to: UInt8.self)
    for group in 0..<8 {
      let (scale, minimum) = scales[group]
      let (bytes, shift) = (quants + group / 2 * 32, UInt8(group % 2 * 4))
      let values = target + (index * 256 + group * 32)
      for j in 0..<32 {
        let quant = bytes[j] &>> shift & 15 | (fifths[j] &>> UInt8(group) & 1) << 4
        values[j] = scale * Float(quant) - minimum
      }
    }
  }
}

/// Blocks of 210 bytes: 128 bytes of low quants, 64 of high ones, 16 signed scales, half d. `d * s * (q - 32)`.
func dequantizeQ6_K(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 210
    let lows = block.assumingMemoryBound(to: UInt8.self)
    let highs = (block + 128).assumingMemoryBound(to: UInt8.self)
    let scales = (block + 192).assumingMemoryBound(to: Int8.self)
    let scale = block.half(at: 208)
    for group in 0..<16 {
      let place = SixteenPlace(group)
      let groupScale = scale * Float(scales[group])
      // Low halves of 64 bytes, then the high halves of the same.
      let (low, lowShift) = (lows + group / 8 * 64 + group % 4 * 16, UInt8(group / 4 % 2 * 4))
      let (high, values) = (highs + place.twoBitOffset, target + (index * 256 + group * 16))
      for j in 0..<16 {
        let quant = low[j] &>> lowShift & 15 | (high[j] &>> place.twoBitShift & 3) << 4
        values[j] = groupScale * Float(Int32(quant) - 32)
      }
    }
  }
}

/// Where two bits of each of a group's 16 values lie: 32 bytes hold 128 values, the lowest bits those of the first 32.
private struct SixteenPlace {
  let twoBitOffset: Int
  let twoBitShift: UInt8

  @inline(__always)
  init(_ group: Int) {
    twoBitOffset = group / 8 * 32 + group % 2 * 16
    twoBitShift = UInt8(truncatingIfNeeded: group / 2 % 4 * 2)
  }
}

/// Scale and minimum of each group of 32 at the head of a Q4_K or Q5_K block: half d, half dmin, 12 bytes of six-bit
/// integers.
///
/// The lower six bits of bytes 0 to 3 are the scales of groups 0 to 3, those of bytes 4 to 7 their minimums. Bytes 8
/// to 11 have the low halves of scale and minimum of groups 4 to 7, whose upper two bits top the bytes before.
private struct ThirtyTwoScales {
  private let scale: Float
  private let minimum: Float
  private let bytes: UnsafePointer<UInt8>

  @inline(__always)
  init(_ block: UnsafeRawPointer) {
    (scale, minimum) = (block.half(at: 0), block.half(at: 2))
    bytes = (block + 4).assumingMemoryBound(to: UInt8.self)
  }

  @inline(__always)
  subscript(group: Int) -> (scale: Float, minimum: Float) {
    if group < 4 { return (scale * Float(bytes[group] & 63), minimum * Float(bytes[group + 4] & 63)) }
    let low = bytes[group + 4]
    let (scaleTop, minimumTop) = (bytes[group - 4] >> 2 & 48, bytes[group] >> 2 & 48)
    return (scale * Float(low & 15 | scaleTop), minimum * Float(low >> 4 | minimumTop))
  }
}
