extension TensorType {
  /// Turns `count` values into float32.
  ///
  /// Bit for bit what ggml's reference code gives: multiplications, then one addition, each
  /// rounded; never fused. Nothing says that they are finite.
  /// - Parameters:
  ///   - source: `count / blockSize * bytesPerBlock` bytes, of any alignment.
  ///   - target: Room for `count` floats.
  ///   - count: A multiple of ``blockSize``.
  package func dequantize(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
    precondition(count >= 0 && count % blockSize == 0, "not whole blocks")
    let blockCount = count / blockSize
    switch self {
    case .f32: copyF32(source, into: target, count: count)
    case .f16: convertF16(source, into: target, count: count)
    case .bf16: convertBF16(source, into: target, count: count)
    case .q4_0: dequantizeQ4_0(source, into: target, blockCount: blockCount)
    case .q4_1: dequantizeQ4_1(source, into: target, blockCount: blockCount)
    case .q5_0: dequantizeQ5_0(source, into: target, blockCount: blockCount)
    case .q5_1: dequantizeQ5_1(source, into: target, blockCount: blockCount)
    case .q8_0: dequantizeQ8_0(source, into: target, blockCount: blockCount)
    case .q2_K: dequantizeQ2_K(source, into: target, blockCount: blockCount)
    case .q3_K: dequantizeQ3_K(source, into: target, blockCount: blockCount)
    case .q4_K: dequantizeQ4_K(source, into: target, blockCount: blockCount)
    case .q5_K: dequantizeQ5_K(source, into: target, blockCount: blockCount)
    case .q6_K: dequantizeQ6_K(source, into: target, blockCount: blockCount)
    case .iq4_nl: dequantizeIQ4_NL(source, into: target, blockCount: blockCount)
    case .iq4_xs: dequantizeIQ4_XS(source, into: target, blockCount: blockCount)
    }
  }
}

extension UnsafeRawPointer {
  /// The little-endian integer at a byte offset, of any alignment.
  @inline(__always)
  func littleEndian<T: FixedWidthInteger>(at byteOffset: Int, as type: T.Type = T.self) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: byteOffset, as: T.self))
  }

  /// The half-precision number at a byte offset.
  @inline(__always)
  func half(at byteOffset: Int) -> Float {
    floatFromHalf(littleEndian(at: byteOffset))
  }
}
