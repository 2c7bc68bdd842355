import M3Text

extension TextBreaks {
  /// Where grapheme clusters end, in ascending order.
  ///
  /// - Parameters:
  ///   - start: where one begins.
  ///   - end: at a code point; the cluster that ends there is left out unless the text ends there too,
  ///     since it may go on.
  func characterEnds(from start: Int, to end: Int) -> [Int] {
    var ends: [Int] = []
    var position = start
    for character in String(decoding: text[start..<end], as: UTF8.self) {
      position += character.utf8.count
      ends.append(position)
    }
    if end < text.count { ends.removeLast() }
    return ends
  }

  /// Where code points end, in ascending order.
  func scalarEnds(from start: Int, to end: Int) -> [Int] {
    var ends: [Int] = []
    var position = start
    while position < end {
      position += text.scalar(at: position).byteCount
      ends.append(position)
    }
    return ends
  }
}
