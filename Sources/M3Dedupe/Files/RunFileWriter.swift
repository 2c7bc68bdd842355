package import M3Bytes

/// Writes a ``RunFile``, entry by entry; the file appears with ``commit(attributes:)`` or not at all.
package final class RunFileWriter<Entry: RunEntry> {
  private let file: AtomicFile
  private let header: [UInt8]
  private var block: [UInt8]
  private var blockEntries = 0
  private var blockNumber: UInt64 = 0
  private var runCounts: [UInt64] = []
  private var runCount: UInt64 = 0

  /// - Throws: ``FileError`` `create`.
  package init(path: String, kind: DedupeFileKind) throws {
    file = try AtomicFile(path: path)
    block = [UInt8](repeating: 0, count: RunLayout.blockCount * Entry.byteCount)
    var header = ByteWriter(capacity: RunLayout.headerSize)
    header.append(kind.magic)
    header.integer(DedupeFileKind.version)
    header.integer(UInt32(Entry.byteCount))
    self.header = header.bytes
    try file.write(self.header)
  }

  /// - Throws: ``FileError`` `write`.
  package func append(_ entry: Entry) throws {
    block.withUnsafeMutableBytes { entry.store(to: $0.baseAddress! + blockEntries * Entry.byteCount) }
    blockEntries += 1
    runCount += 1
    if blockEntries == RunLayout.blockCount { try flush() }
  }

  /// Ends a run; one without entries is none.
  /// - Throws: ``FileError`` `write`.
  package func endRun() throws {
    guard runCount > 0 else { return }
    try flush()
    runCounts.append(runCount)
    runCount = 0
  }

  /// Ends the last run and the file.
  /// - Parameter attributes: what a reader wants to know of the whole.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  package func commit(attributes: [UInt64] = []) throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try endRun()
    var end = ByteWriter(capacity: RunLayout.trailerSize + 8 * (runCounts.count + attributes.count))
    for value in runCounts + attributes { end.integer(value) }
    end.integer(UInt64(runCounts.count))
    end.integer(UInt64(attributes.count))
    end.integer(XXH3.hash64(header + end.bytes))
    try file.write(end.bytes)
    return (try file.commit(), file.byteCount)
  }

  private func flush() throws {
    guard blockEntries > 0 else { return }
    let (file, count, number) = (file, blockEntries * Entry.byteCount, blockNumber)
    try block.withUnsafeBytes { bytes in
      let payload = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      let sum = XXH3.hash64(payload, seed: number).littleEndian
      try file.write(payload)
      try withUnsafeBytes(of: sum) { try file.write($0) }
    }
    blockNumber += 1
    blockEntries = 0
  }
}
