import M3Text

/// Marks of citations as in Wikipedia: digits or nothing in square brackets, `[edit]`, `[citation needed]`.
enum C4Citations {
  /// A line without them; nil where it has none.
  static func removed(from line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var kept: [UInt8]?
    var copied = 0
    var index = 0
    while index < line.count {
      guard line[index] == UInt8(ascii: "["), let end = end(of: line, at: index) else {
        index += 1
        continue
      }
      var bytes = kept ?? []
      bytes += line[copied..<index]
      kept = bytes
      copied = end
      index = end
    }
    return kept.map { $0 + line[copied...] }
  }

  private static func end(of line: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    let bytes = TextBytes(line)
    for mark: StaticString in ["[edit]", "[citation needed]"] where bytes.begins(start..<line.count, with: mark) {
      return start + mark.utf8CodeUnitCount
    }
    var index = start + 1
    while index < line.count, EnglishCharacters.shared.classes(in: line, at: index).contains(.digit) {
      index += line.scalar(at: index).byteCount
    }
    return index < line.count && line[index] == UInt8(ascii: "]") ? index + 1 : nil
  }
}
