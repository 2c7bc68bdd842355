/// Where the parts of a ``RunFile`` lie.
///
/// | bytes | field |
/// |---|---|
/// | 8 | magic of the file's kind |
/// | 4 | version |
/// | 4 | bytes of an entry |
/// | … | blocks: up to ``blockCount`` entries, then XXH3-64 of them, seeded with the block's number |
/// | 8 each | entries of each run |
/// | 8 each | attributes |
/// | 8 | runs |
/// | 8 | attributes |
/// | 8 | XXH3-64 of the header and of all behind the blocks |
///
/// A run's entries are ascending by their keys, lengths in the order of their texts; its last block alone may have fewer entries than ``blockCount``.
enum RunLayout {
  /// Entries of a block.
  static let blockCount = 4_096
  static let headerSize = 16
  static let trailerSize = 24
  static let sumSize = 8

  /// Blocks of a run.
  static func blocks(of entryCount: Int) -> Int {
    entryCount / blockCount + (entryCount % blockCount == 0 ? 0 : 1)
  }

  /// Bytes of a run in the file; nil where it is more than a file can have.
  static func byteCount(of entryCount: UInt64, entrySize: Int) -> UInt64? {
    let (payload, overflow) = entryCount.multipliedReportingOverflow(by: UInt64(entrySize))
    guard !overflow, payload <= 1 << 60 else { return nil }
    return payload + UInt64(blocks(of: Int(entryCount)) * sumSize)
  }
}
