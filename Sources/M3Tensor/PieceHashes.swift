internal import CKernels

/// XXH3-64 of many short pieces.
public enum PieceHashes {
  /// XXH3-64 of each run of `length` units of a text.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - starts: (hashes + length), ascending: where a unit begins, and where one would begin behind the last.
  ///   - length: units of a run; at least 1.
  ///   - gap: bytes between two units.
  ///   - hashes: one for each run.
  public static func hashWindows(
    _ bytes: UnsafePointer<UInt8>, starts: UnsafePointer<Int>, length: Int, gap: Int,
    into hashes: UnsafeMutableBufferPointer<UInt64>
  ) {
    guard let out = hashes.baseAddress else { return }
    m3_hash_windows(bytes, starts, hashes.count, length, gap, out)
  }

  /// XXH3-64 of each band of a MinHash signature, seeded with the band's number.
  ///
  /// - Parameters:
  ///   - minima: (bands, rows); hashed as bytes, little-endian.
  ///   - keys: (bands).
  public static func hashBands(
    of minima: UnsafeBufferPointer<UInt32>, rows: Int, into keys: UnsafeMutableBufferPointer<UInt64>
  ) {
    precondition(minima.count == keys.count * rows, "a key for each band")
    guard let first = minima.baseAddress, let out = keys.baseAddress else { return }
    m3_hash_bands(keys.count, rows, first, out)
  }
}
