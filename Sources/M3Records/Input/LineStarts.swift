import M3Bytes

/// Finds the first bytes of lines in the middle of a plain file.
struct LineStarts {
  private let file: ReadableFile
  private static let pieceSize = 1 << 16

  /// - Throws: ``FileError``; ``FormatError`` `mismatch` where the file has another size than when it was listed.
  init(_ input: InputFile) throws {
    file = try ReadableFile(path: input.path)
    guard file.size == input.byteCount else {
      throw FormatError(
        .mismatch(expected: "\(input.byteCount) bytes, as when it was listed", found: "\(file.size)"), field: "file",
        file: input.path)
    }
  }

  /// The offset of the first line that begins at `start` or behind it.
  ///
  /// - Parameters:
  ///   - start: at least 1.
  ///   - limit: bytes that are read at most.
  /// - Returns: nil where no line begins there: the file's end begins none.
  func first(from start: UInt64, within limit: UInt64) throws -> UInt64? {
    // A line begins behind a line feed.
    var offset = start - 1
    let end = min(file.size, offset.addingReportingOverflow(limit).overflow ? .max : offset + limit)
    while offset < end {
      let piece = try file.read(upTo: Int(min(UInt64(Self.pieceSize), end - offset)), at: offset)
      if let feed = piece.firstIndex(of: 0x0A) {
        let found = offset + UInt64(feed) + 1
        return found < file.size ? found : nil
      }
      guard !piece.isEmpty else { return nil }
      offset += UInt64(piece.count)
    }
    return nil
  }
}
