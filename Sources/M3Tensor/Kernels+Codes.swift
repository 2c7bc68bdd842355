internal import CKernels

/// Rows of memories as banks store them, without alignment. Every set of kernels gives the same bits.
extension Kernels {
  /// Decodes rows of 4-bit codes: out[i] = mean[i] + deviation[i] · (scale · (code[i] − 7.5)), rounded after each operation.
  ///
  /// - Parameters:
  ///   - dimension: D; even.
  ///   - codes: (rows), each a half-precision scale and D / 2 bytes of codes, low nibble first.
  ///   - means: (D).
  ///   - deviations: (D).
  ///   - out: (rows, D).
  /// - Returns: the first row whose scale is negative or not finite, where decoding ends; nil where there is none.
  public func decodeInt4(
    rows: Int, dimension: Int, _ codes: UnsafeRawPointer, means: UnsafePointer<Float>, deviations: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) -> Int? {
    let bytes = codes.assumingMemoryBound(to: UInt8.self)
    let decoded = table.pointee.decode_int4(rows, dimension, bytes, means, deviations, out)
    return decoded == rows ? nil : decoded
  }

  /// Widens little-endian bfloat16 to float32, exactly.
  /// - Returns: the first element that is not finite; nil where all are finite.
  public func decodeBFloat16(
    count: Int, _ codes: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>
  ) -> Int? {
    let finite = table.pointee.decode_bfloat16(count, codes.assumingMemoryBound(to: UInt8.self), out)
    return finite == count ? nil : finite
  }

  /// Rotates rows in place, each by the angles of a position of its own: as `rotate`, bit for bit.
  ///
  /// - Parameters:
  ///   - x: (rows, headDimension).
  ///   - positions: (rows).
  ///   - angles: (positions, 2, headDimension / 2): a position's cosines, then its sines; it has all positions of the rows.
  public func rotate(
    rows: Int, headDimension: Int, _ x: UnsafeMutablePointer<Float>, to positions: UnsafePointer<UInt16>,
    angles: UnsafePointer<Float>
  ) {
    table.pointee.rope_rows(rows, headDimension, x, angles, positions)
  }
}
