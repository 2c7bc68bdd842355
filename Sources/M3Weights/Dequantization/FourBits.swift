// A block's 16 bytes of quants hold value j in the low half of byte j and value j + 16 in the high one.

/// Blocks of 18 bytes: half d, 16 bytes of quants. `d * (q - 8)`.
func dequantizeQ4_0(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 18
    let values = target + index * 32
    let scale = block.half(at: 0)
    let quants = (block + 2).assumingMemoryBound(to: UInt8.self)
    for j in 0..<16 {
      values[j] = scale * Float(Int32(quants[j] & 15) - 8)
    }
    for j in 0..<16 {
      values[j + 16] = scale * Float(Int32(quants[j] >> 4) - 8)
    }
  }
}

/// Blocks of 20 bytes: half d, half m, 16 bytes of quants. `d * q + m`.
func dequantizeQ4_1(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 20
    let values = target + index * 32
    let scale = block.half(at: 0)
    let minimum = block.half(at: 2)
    let quants = (block + 4).assumingMemoryBound(to: UInt8.self)
    for j in 0..<16 {
      values[j] = scale * Float(Int32(quants[j] & 15)) + minimum
    }
    for j in 0..<16 {
      values[j + 16] = scale * Float(Int32(quants[j] >> 4)) + minimum
    }
  }
}
