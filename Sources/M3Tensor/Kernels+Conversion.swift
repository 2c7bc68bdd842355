internal import CKernels

/// 16-bit floats are carried as their bits. Narrowing rounds to nearest, ties to even; NaN stays NaN and becomes quiet.
/// Every set of kernels gives the same bits.
extension Kernels {
  /// Rounds float32 to bfloat16.
  public func bfloat16(count: Int, from x: UnsafePointer<Float>, into out: UnsafeMutablePointer<UInt16>) {
    table.pointee.float_to_bfloat16(count, x, out)
  }

  /// Widens bfloat16 to float32, exactly.
  public func float(count: Int, fromBFloat16 x: UnsafePointer<UInt16>, into out: UnsafeMutablePointer<Float>) {
    table.pointee.bfloat16_to_float(count, x, out)
  }

  /// Rounds float32 to half precision (IEEE 754 binary16), subnormals included; from 65520 on it is infinite.
  public func half(count: Int, from x: UnsafePointer<Float>, into out: UnsafeMutablePointer<UInt16>) {
    table.pointee.float_to_half(count, x, out)
  }

  /// Widens half precision to float32, exactly.
  public func float(count: Int, fromHalf x: UnsafePointer<UInt16>, into out: UnsafeMutablePointer<Float>) {
    table.pointee.half_to_float(count, x, out)
  }
}
