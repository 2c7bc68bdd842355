import CXXHash

/// XXH3, for accidents only: it is fast and not cryptographic, and stops no malice.
public enum XXH3 {
  /// XXH3-64 of bytes, with a seed.
  public static func hash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed)
  }

  public static func hash64(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { hash64($0, seed: seed) }
  }

  /// XXH3-64 of a string's UTF-8 bytes.
  public static func hash64(_ text: String, seed: UInt64 = 0) -> UInt64 {
    var text = text
    return text.withUTF8 { hash64(UnsafeRawBufferPointer($0), seed: seed) }
  }
}
