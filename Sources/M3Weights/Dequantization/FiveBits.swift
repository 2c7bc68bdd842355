// As the four-bit types, with the fifth bit of value j in bit j of a 32-bit word.

/// Blocks of 22 bytes: half d, word of fifth bits, 16 bytes of quants. `d * (q - 16)`.
func dequantizeQ5_0(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 22
    let values = target + index * 32
    let scale = block.half(at: 0)
    let high: UInt32 = block.littleEndian(at: 2)
    let quants = (block + 6).assumingMemoryBound(to: UInt8.self)
    for j in 0..<16 {
      values[j] = scale * Float(Int32(quants[j] & 15 | fifthBit(high, j)) - 16)
    }
    for j in 0..<16 {
      values[j + 16] = scale * Float(Int32(quants[j] >> 4 | fifthBit(high, j + 16)) - 16)
    }
  }
}

/// Blocks of 24 bytes: half d, half m, word of fifth bits, 16 bytes of quants. `d * q + m`.
func dequantizeQ5_1(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  for index in 0..<blockCount {
    let block = source + index * 24
    let values = target + index * 32
    let scale = block.half(at: 0)
    let minimum = block.half(at: 2)
    let high: UInt32 = block.littleEndian(at: 4)
    let quants = (block + 8).assumingMemoryBound(to: UInt8.self)
    for j in 0..<16 {
      values[j] = scale * Float(Int32(quants[j] & 15 | fifthBit(high, j))) + minimum
    }
    for j in 0..<16 {
      values[j + 16] = scale * Float(Int32(quants[j] >> 4 | fifthBit(high, j + 16))) + minimum
    }
  }
}

/// `q - 16` of a block of Q5_0.
func codesOfQ5_0(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<Int8>) {
  let high: UInt32 = block.littleEndian(at: 2)
  let quants = (block + 6).assumingMemoryBound(to: UInt8.self)
  for j in 0..<16 {
    codes[j] = Int8(bitPattern: quants[j] & 15 | fifthBit(high, j)) - 16
    codes[j + 16] = Int8(bitPattern: quants[j] >> 4 | fifthBit(high, j + 16)) - 16
  }
}

/// Bit `j` of the word, as bit 4 of a quant.
@inline(__always)
private func fifthBit(_ word: UInt32, _ j: Int) -> UInt8 {
  UInt8(truncatingIfNeeded: word &>> UInt32(truncatingIfNeeded: j)) << 4 & 16
}
