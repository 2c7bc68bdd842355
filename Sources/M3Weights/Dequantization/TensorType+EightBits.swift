extension TensorType {
  /// Whether blocks are those of Q8_0 with fewer bits to a code: the same d, and codes that a signed byte holds.
  package var fitsEightBits: Bool { self == .q5_0 || self == .iq4_nl }

  /// The same weights, to the bit, in blocks of Q8_0.
  /// - Parameters:
  ///   - source: `count / 32 * bytesPerBlock` bytes of a type that ``fitsEightBits``, of any alignment.
  ///   - target: Room for `count / 32 * 34` bytes.
  ///   - count: A multiple of 32.
  package func widen(_ source: UnsafeRawPointer, intoQ8_0 target: UnsafeMutableRawPointer, count: Int) {
    precondition(fitsEightBits && count >= 0 && count % blockSize == 0, "not whole blocks of such a type")
    for index in 0..<count / blockSize {
      let (block, eightBits) = (source + index * bytesPerBlock, target + index * TensorType.q8_0.bytesPerBlock)
      eightBits.copyMemory(from: block, byteCount: 2)
      let codes = (eightBits + 2).assumingMemoryBound(to: Int8.self)
      if self == .q5_0 {
        codesOfQ5_0(block, into: codes)
      } else {
        codesOfIQ4_NL(block, into: codes)
      }
    }
  }
}
