package import M3Bytes

/// A file of entries of fixed size in runs, each in its order: so that many files are merged in little memory.
///
/// Everything but the blocks is checked when it is opened, each block when it is read.
package struct RunFile<Entry: RunEntry>: Sendable {
  package let path: String
  /// Entries of each run.
  package let runCounts: [Int]
  package let attributes: [UInt64]

  package var entryCount: Int { runCounts.reduce(0, +) }

  /// - Throws: ``FileError``; ``FormatError`` where the file is damaged or of another kind.
  package init(path: String, kind: DedupeFileKind) throws {
    self.path = path
    let file = try ReadableFile(path: path)
    do {
      let header = try file.read(exactly: RunLayout.headerSize, at: 0, field: "header")
      try ByteReader.read(header) { reader throws(FormatError) in
        try reader.header(magic: kind.magic, version: DedupeFileKind.version)
        let size = try reader.integer(UInt32.self, "entry size")
        guard size == UInt32(Entry.byteCount) else {
          throw FormatError(.mismatch(expected: "\(Entry.byteCount)", found: "\(size)"), field: "entry size", at: 12)
        }
      }
      let smallest = UInt64(RunLayout.headerSize + RunLayout.trailerSize)
      guard file.size >= smallest else {
        throw FormatError(.truncated(needed: smallest, available: file.size), field: "trailer")
      }
      let trailerOffset = file.size - UInt64(RunLayout.trailerSize)
      let trailer = try file.read(exactly: RunLayout.trailerSize, at: trailerOffset, field: "trailer")
      let (runs, attributes, sum) = try Self.trailer(trailer, at: trailerOffset)
      // No more can be claimed than there are bytes.
      let room = (file.size - smallest) / 8
      guard runs <= room, attributes <= room - runs else {
        throw FormatError(
          .truncated(needed: runs.addingReportingOverflow(attributes).partialValue, available: room), field: "runs",
          at: trailerOffset)
      }
      let directoryOffset = trailerOffset - 8 * (runs + attributes)
      let directory = try file.read(
        exactly: Int(8 * (runs + attributes)), at: directoryOffset, field: "directory")
      let found = XXH3.hash64(header + directory + trailer.dropLast(8))
      guard found == sum else {
        throw FormatError(
          .checksumMismatch(expected: Hexadecimal.string(sum), found: Hexadecimal.string(found)), field: "trailer",
          at: trailerOffset + 16)
      }
      let values = try ByteReader.read(directory) { reader throws(FormatError) in
        var values: [UInt64] = []
        while reader.remaining > 0 { values.append(try reader.integer(UInt64.self, "directory")) }
        return values
      }
      runCounts = try Self.runCounts(
        values[..<Int(runs)], blockBytes: directoryOffset - UInt64(RunLayout.headerSize), at: directoryOffset)
      self.attributes = Array(values[Int(runs)...])
    } catch let error as FormatError {
      throw error.inFile(path)
    }
  }

  /// - Throws: ``FormatError`` `mismatch` where there are fewer attributes.
  package func attribute(_ index: Int) throws(FormatError) -> UInt64 {
    guard attributes.indices.contains(index) else {
      throw FormatError(
        .mismatch(expected: "\(index + 1) attributes", found: "\(attributes.count)"), field: "attributes", file: path)
    }
    return attributes[index]
  }

  /// One cursor a run, in their order.
  package func cursors() -> [RunCursor<Entry>] {
    var cursors: [RunCursor<Entry>] = []
    var offset = UInt64(RunLayout.headerSize)
    var block: UInt64 = 0
    for count in runCounts {
      cursors.append(RunCursor(path: path, offset: offset, block: block, count: count))
      let blocks = RunLayout.blocks(of: count)
      block += UInt64(blocks)
      offset += UInt64(count * Entry.byteCount + blocks * RunLayout.sumSize)
    }
    return cursors
  }

  /// Calls `body` with each entry of each run.
  /// - Throws: ``FormatError`` for a damaged block; ``FileError``; what `body` throws.
  package func forEach(_ body: (Entry) throws -> Void) throws {
    for cursor in cursors() {
      while let entry = try cursor.next() { try body(entry) }
    }
  }

  private static func trailer(_ bytes: [UInt8], at offset: UInt64) throws(FormatError) -> (
    runs: UInt64, attributes: UInt64, sum: UInt64
  ) {
    try ByteReader.read(bytes) { reader throws(FormatError) in
      (
        try reader.integer(UInt64.self, "runs"), try reader.integer(UInt64.self, "attributes"),
        try reader.integer(UInt64.self, "checksum")
      )
    }
  }

  /// Refuses runs that are not exactly the bytes between header and directory.
  private static func runCounts(
    _ values: ArraySlice<UInt64>, blockBytes: UInt64, at offset: UInt64
  ) throws(FormatError) -> [Int] {
    var left = blockBytes
    for value in values {
      guard value > 0, let size = RunLayout.byteCount(of: value, entrySize: Entry.byteCount), size <= left else {
        throw FormatError(.truncated(needed: value, available: left), field: "run", at: offset)
      }
      left -= size
    }
    guard left == 0 else {
      throw FormatError(.malformed("\(left) bytes of no run"), field: "runs", at: offset)
    }
    return values.map { Int($0) }
  }
}
