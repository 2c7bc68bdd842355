internal import CKernels

/// Rows of scalar codes as banks store them, without alignment. Every set of kernels gives the same bits.
extension Kernels {
  /// Widths of scalar codes in bits.
  public static let levelBits = [8, 4, 3, 2]

  /// Decodes rows: out[i] = mean[i] + deviation[i] · (scale · (code[i] − half)), half = (2^bits − 1) / 2, rounded after each
  /// operation.
  ///
  /// - Parameters:
  ///   - bits: one of ``levelBits``.
  ///   - dimension: D; D · bits is a multiple of 8.
  ///   - codes: (rows), each a half-precision scale and D · bits / 8 bytes of codes, from the lowest bit of the first on.
  ///   - means: (D).
  ///   - deviations: (D).
  ///   - out: (rows, D).
  /// - Returns: the first row whose scale is negative or not finite, where decoding ends; nil where there is none.
  public func decodeLevels(
    bits: Int, rows: Int, dimension: Int, _ codes: UnsafeRawPointer, means: UnsafePointer<Float>,
    deviations: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) -> Int? {
    precondition(Self.levelBits.contains(bits) && dimension * bits % 8 == 0, "rows of whole bytes")
    let bytes = codes.assumingMemoryBound(to: UInt8.self)
    let decoded = table.pointee.decode_levels(UInt32(bits), rows, dimension, bytes, means, deviations, out)
    return decoded == rows ? nil : decoded
  }

  /// Encodes rows as ``decodeLevels(bits:rows:dimension:_:means:deviations:into:)`` reads them: of a few scales the first with the smallest
  /// squared error, at it the nearest level of each (x[i] − mean[i]) / deviation[i], halves upwards.
  ///
  /// - Parameters:
  ///   - x: (rows, D).
  ///   - normalized: (D), scratch.
  ///   - codes: (rows), each 2 + D · bits / 8 bytes.
  /// - Returns: the first row that has an element that is not finite or a scale beyond half precision, where encoding ends;
  ///   nil where there is none.
  public func encodeLevels(
    bits: Int, rows: Int, dimension: Int, _ x: UnsafePointer<Float>, means: UnsafePointer<Float>,
    deviations: UnsafePointer<Float>, normalized: UnsafeMutablePointer<Float>, into codes: UnsafeMutableRawPointer
  ) -> Int? {
    precondition(Self.levelBits.contains(bits) && dimension * bits % 8 == 0, "rows of whole bytes")
    let bytes = codes.assumingMemoryBound(to: UInt8.self)
    let encoded = table.pointee.encode_levels(
      UInt32(bits), rows, dimension, x, means, deviations, normalized, bytes)
    return encoded == rows ? nil : encoded
  }
}
