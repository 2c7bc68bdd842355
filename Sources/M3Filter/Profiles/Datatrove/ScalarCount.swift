/// How many code points a text has.
struct ScalarCount: FilterView {
  let value: Int

  init(_ text: FilterText) {
    value = text.bytes.withUnsafeBufferPointer { Self.count($0[...]) }
  }

  @inline(__always)
  static func count(_ utf8: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    count(UnsafeBufferPointer(rebasing: utf8))
  }

  /// Bytes that are no continuations.
  static func count(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for byte in utf8 where Int8(bitPattern: byte) >= -64 { count &+= 1 }
    return count
  }
}
