/// Index of the first NaN or infinity.
///
/// The pass over all values has no branch, so that the compiler makes vectors of it.
func firstNonFinite(in values: UnsafeBufferPointer<Float>) -> Int? {
  // Adding one to the exponent carries into the sign bit exactly where all its bits are set.
  var carries: UInt32 = 0
  for value in values {
    carries |= (value.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
  }
  guard carries >> 31 == 1 else { return nil }
  return values.firstIndex { !$0.isFinite }
}

/// "nan", "inf" or "-inf": a NaN's payload says nothing to a reader.
func nonFiniteName(_ value: some BinaryFloatingPoint) -> String {
  value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
}
