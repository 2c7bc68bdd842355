extension QuantizedMatrix {
  /// Rounds float32 to blocks of ``BlockType/q8_0``, bit for bit as ggml's `quantize_row_q8_0` does.
  ///
  /// d is a block's largest magnitude over 127, rounded to half precision only when it is written; codes are
  /// `round(x · (1 / d))`, halves away from zero. A block whose d is so small that `1 / d` is infinite is zero.
  /// - Parameters:
  ///   - count: a multiple of ``blockSize``.
  ///   - blocks: room for `count / 32 · 34` bytes, of any alignment.
  /// - Throws: `TensorError.notRoundable` where a value is NaN or infinite, or so large (8.3 · 10⁶) that d is beyond half
  ///   precision.
  public static func quantizeQ8_0(
    count: Int, _ x: UnsafePointer<Float>, into blocks: UnsafeMutableRawPointer
  ) throws(TensorError) {
    precondition(count >= 0 && count.isMultiple(of: blockSize), "whole blocks")
    for index in 0..<count / blockSize {
      let values = x + index * blockSize
      let block = blocks + index * BlockType.q8_0.byteCount
      // As integers the bits of magnitudes are in the order of the magnitudes, with NaN above infinity.
      var largest: Int32 = 0
      for i in 0..<blockSize { largest = max(largest, Int32(bitPattern: values[i].bitPattern & 0x7fff_ffff)) }
      let scale = Float(bitPattern: UInt32(bitPattern: largest)) / 127
      let half = Float16(scale)
      guard half.isFinite else { throw .notRoundable(block: index) }
      block.storeBytes(of: half.bitPattern.littleEndian, as: UInt16.self)
      let inverse = 1 / scale
      round(values, by: inverse.isFinite ? inverse : 0, into: (block + 2).assumingMemoryBound(to: Int8.self))
    }
  }

  /// Codes of a block. Neither branches nor calls, so that the compiler makes vectors of it.
  @inline(__always)
  private static func round(_ x: UnsafePointer<Float>, by inverse: Float, into codes: UnsafeMutablePointer<Int8>) {
    for i in 0..<blockSize {
      let scaled = x[i] * inverse
      let magnitude = scaled.magnitude
      // From 2²³ on there are only integers: the sum is rounded to the nearest, a half to the even one of two.
      let nearest = (magnitude + 0x1p23) - 0x1p23
      let rounded = magnitude - nearest == 0.5 ? nearest + 1 : nearest
      let sign = scaled.bitPattern & 0x8000_0000
      // The lowest bits of a number there are the integer, in two's complement if half of 2²³ is added as well.
      let shifted = Float(bitPattern: rounded.bitPattern | sign) + 0x1.8p23
      codes[i] = Int8(truncatingIfNeeded: shifted.bitPattern)
    }
  }
}
