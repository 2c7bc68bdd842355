import M3Bytes

/// Says of each text of a task in turn whether it is dropped.
final class DropReader {
  /// Comparisons that were left out for the task's texts.
  let leftOutCount: Int
  private let path: String
  private let textCount: Int
  private let cursors: [RunCursor<DroppedText>]
  private var pending: DroppedText?
  private var position = 0

  /// - Throws: ``FormatError`` where the list is damaged; ``FileError``.
  init(path: String) throws {
    self.path = path
    let file = try RunFile<DroppedText>(path: path, kind: .dropped)
    guard file.runCounts.count <= 1 else {
      throw FormatError(.malformed("\(file.runCounts.count) runs"), field: "runs", file: path)
    }
    textCount = Int(clamping: try file.attribute(0))
    leftOutCount = Int(clamping: try file.attribute(1))
    cursors = file.cursors()
    pending = try cursors.first?.next()
  }

  /// - Returns: why the next text is dropped; nil where it is kept.
  /// - Throws: ``FormatError`` where the list is damaged or of other texts.
  func next() throws -> String? {
    defer { position += 1 }
    guard position < textCount else { throw mismatch("more") }
    guard let dropped = pending, dropped.position == position else { return nil }
    pending = try cursors.first?.next()
    guard (pending?.position ?? .max) > dropped.position else {
      throw FormatError(.malformed("positions are not ascending"), field: "position", file: path)
    }
    do throws(FormatError) { return try dropped.kind().reason } catch { throw error.inFile(path) }
  }

  /// - Throws: ``FormatError`` where there were fewer texts than the list is of.
  func finish() throws(FormatError) {
    guard position == textCount, pending == nil else { throw mismatch("\(position)") }
  }

  private func mismatch(_ found: String) -> FormatError {
    FormatError(.mismatch(expected: "\(textCount) texts", found: found), field: "dropped texts", file: path)
  }
}
