// Four bits choose one of 16 levels that lie closer together around zero.

/// ggml's table of levels, `kvalues_iq4nl`.
private let unevenLevels: [Int8] = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]

/// Blocks of 18 bytes: half d, 16 bytes of quants. `d * level[q]`.
func dequantizeIQ4_NL(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  withScaledLevels { levels in
    for index in 0..<blockCount {
      let block = source + index * 18
      levels.scale(by: block.half(at: 0))
      levels.look(up: (block + 2).assumingMemoryBound(to: UInt8.self), into: target + index * 32)
    }
  }
}

/// Blocks of 136 bytes: half d, two and four bits of each of 8 scales, 128 bytes of quants. `d * (s - 32) * level[q]`.
func dequantizeIQ4_XS(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, blockCount: Int) {
  withScaledLevels { levels in
    for index in 0..<blockCount {
      let block = source + index * 136
      let scale = block.half(at: 0)
      let high: UInt16 = block.littleEndian(at: 2)
      let low: UInt32 = block.littleEndian(at: 4)
      for group in 0..<8 {
        let groupScale = low &>> UInt32(4 * group) & 15 | (UInt32(high) &>> UInt32(2 * group) & 3) << 4
        levels.scale(by: scale * Float(Int32(groupScale) - 32))
        levels.look(
          up: (block + 8 + 16 * group).assumingMemoryBound(to: UInt8.self), into: target + (index * 256 + group * 32))
      }
    }
  }
}

/// `level[q]` of a block of IQ4_NL.
func codesOfIQ4_NL(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<Int8>) {
  let quants = (block + 2).assumingMemoryBound(to: UInt8.self)
  unevenLevels.withUnsafeBufferPointer { levels in
    for j in 0..<16 {
      codes[j] = levels[Int(quants[j] & 15)]
      codes[j + 16] = levels[Int(quants[j] >> 4)]
    }
  }
}

/// The levels times a scale: 16 products instead of one for each value.
private struct ScaledLevels {
  let levels: UnsafePointer<Int8>
  let products: UnsafeMutablePointer<Float>

  @inline(__always)
  func scale(by scale: Float) {
    for level in 0..<16 { products[level] = scale * Float(levels[level]) }
  }

  @inline(__always)
  func look(up quants: UnsafePointer<UInt8>, into values: UnsafeMutablePointer<Float>) {
    for j in 0..<16 {
      values[j] = products[Int(quants[j] & 15)]
      values[j + 16] = products[Int(quants[j] >> 4)]
    }
  }
}

private func withScaledLevels(_ body: (ScaledLevels) -> Void) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { products in
    unevenLevels.withUnsafeBufferPointer { levels in
      body(ScaledLevels(levels: levels.baseAddress!, products: products.baseAddress!))
    }
  }
}
