import M3Bytes

/// Reads a run of a ``RunFile`` in order, one block in memory.
///
/// The file is open only while a block is read: thousands of runs are merged by a process that may open a thousand
/// files.
package final class RunCursor<Entry: RunEntry> {
  let path: String
  private var offset: UInt64
  private var blockNumber: UInt64
  /// Entries behind the block.
  private var remaining: Int
  private var block: [UInt8] = []
  private var position = 0
  private var end = 0

  init(path: String, offset: UInt64, block: UInt64, count: Int) {
    self.path = path
    self.offset = offset
    blockNumber = block
    remaining = count
  }

  /// - Returns: nil behind the last entry.
  /// - Throws: ``FormatError`` for a damaged block, with its offset; ``FileError``.
  package func next() throws -> Entry? {
    if position == end {
      guard remaining > 0 else { return nil }
      try readBlock()
    }
    defer { position += Entry.byteCount }
    return block.withUnsafeBytes { Entry($0.baseAddress! + position) }
  }

  private func readBlock() throws {
    let count = min(remaining, RunLayout.blockCount)
    let size = count * Entry.byteCount
    block = try ReadableFile(path: path).read(exactly: size + RunLayout.sumSize, at: offset, field: "block")
    let (found, expected) = block.withUnsafeBytes { bytes in
      (
        XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes[..<size]), seed: blockNumber),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: size, as: UInt64.self))
      )
    }
    guard found == expected else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(expected), found: Hexadecimal.string(found)), field: "block",
        at: offset, file: path)
    }
    offset += UInt64(size + RunLayout.sumSize)
    blockNumber += 1
    remaining -= count
    (position, end) = (0, size)
  }
}
