/// Row of IEEE binary32.
func copyF32(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
  for index in 0..<count {
    target[index] = Float(bitPattern: source.littleEndian(at: index * 4))
  }
}

/// Row of IEEE binary16.
func convertF16(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
  for index in 0..<count {
    target[index] = source.half(at: index * 2)
  }
}

/// Row of bfloat16: the upper half of a binary32.
func convertBF16(_ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int) {
  for index in 0..<count {
    target[index] = Float(bitPattern: UInt32(source.littleEndian(at: index * 2, as: UInt16.self)) << 16)
  }
}

/// The binary32 with the value of a binary16: exact, subnormals, infinities and NaNs included.
///
/// Swift's own conversion of `Float16` is a call on x86 processors without F16C, which is the
/// baseline that a package is built for. This one has neither calls nor branches.
@inline(__always)
func floatFromHalf(_ half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let magnitude = UInt32(half & 0x7FFF)
  // Normal numbers: the fields move into place and the exponent gains 224, which is 112 too much
  // for the change of bias from 15 to 127. It makes 255 of 31, so infinities and NaNs survive the
  // multiplication that takes the 112 back.
  let normal = Float(bitPattern: magnitude << 13 &+ 224 << 23) * 0x1p-112
  // Subnormal ones: the mantissa as the last bits of a number in 0.5..<1, where a step is 2⁻²⁴.
  let subnormal = Float(bitPattern: magnitude | 0x3F00_0000) - 0.5
  let value = magnitude < 0x0400 ? subnormal : normal
  return Float(bitPattern: value.bitPattern | sign)
}
