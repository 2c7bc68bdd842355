/// One code point and how many bytes it takes.
package struct DecodedScalar {
  /// The code point, or ``invalid``.
  package var value: UInt32
  package var byteCount: Int

  /// Stands for a byte that begins no well-formed sequence.
  package static let invalid = UInt32.max
}

extension UnsafeBufferPointer<UInt8> {
  /// The code point that begins at `index`; a byte that begins none counts alone, as ``DecodedScalar/invalid``.
  ///
  /// Overlong forms, surrogates and sequences that the end cuts off are invalid.
  @inline(__always)
  package func scalar(at index: Int) -> DecodedScalar {
    let lead = UInt32(self[index])
    if lead < 0x80 { return DecodedScalar(value: lead, byteCount: 1) }
    if lead < 0xE0 {
      guard lead >= 0xC2, let second = continuation(at: index + 1) else { return Self.alone }
      return DecodedScalar(value: (lead & 0x1F) << 6 | second, byteCount: 2)
    }
    guard let second = continuation(at: index + 1), let third = continuation(at: index + 2) else {
      return Self.alone
    }
    if lead < 0xF0 {
      let value = (lead & 0x0F) << 12 | second << 6 | third
      guard value >= 0x800, value & 0xF800 != 0xD800 else { return Self.alone }
      return DecodedScalar(value: value, byteCount: 3)
    }
    guard lead < 0xF5, let fourth = continuation(at: index + 3) else { return Self.alone }
    let value = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
    guard value >= 0x10000, value < 0x110000 else { return Self.alone }
    return DecodedScalar(value: value, byteCount: 4)
  }

  /// The code point that ends at `index`, greater than 0; a byte that ends none counts alone.
  package func scalar(before index: Int) -> DecodedScalar {
    var start = index - 1
    while start > 0, index - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
    let scalar = scalar(at: start)
    return start + scalar.byteCount == index ? scalar : Self.alone
  }

  /// The largest code point boundary that is not behind `index`.
  package func scalarBoundary(notAfter index: Int) -> Int {
    guard index < count else { return count }
    var boundary = index
    while boundary > 0, index - boundary < 3, self[boundary] & 0xC0 == 0x80 { boundary -= 1 }
    return boundary + scalar(at: boundary).byteCount > index ? boundary : index
  }

  @inline(__always)
  private func continuation(at index: Int) -> UInt32? {
    guard index < count, self[index] & 0xC0 == 0x80 else { return nil }
    return UInt32(self[index] & 0x3F)
  }

  private static var alone: DecodedScalar {
    @inline(__always) get { DecodedScalar(value: DecodedScalar.invalid, byteCount: 1) }
  }
}
