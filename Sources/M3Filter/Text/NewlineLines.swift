import M3Text

/// The lines of a text as line feeds part them: Python's `split("\n")`. An empty text is one empty line.
package struct NewlineLines: FilterView {
  package struct Line {
    /// In bytes of the text, without the line feed.
    package var range: Range<Int>
    /// In code points.
    package var length: Int
    /// The same for equal lines; different ones share it with a chance of about 2⁻⁶⁴.
    package var hash: UInt64
    /// Nothing but white space, as Python's `strip()` has it.
    package var isBlank: Bool
  }

  package private(set) var lines: [Line] = []

  package init(_ text: FilterText) {
    text.bytes.withUnsafeBufferPointer { read($0) }
  }

  private mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
    var line = Line(range: 0..<0, length: 0, hash: 0, isBlank: true)
    var hash = OccurrenceTable.HashState()
    var start = 0
    var index = 0
    while index < utf8.count {
      let byte = utf8[index]
      if byte == 0x0A {
        line.range = start..<index
        line.hash = hash.value
        lines.append(line)
        line = Line(range: 0..<0, length: 0, hash: 0, isBlank: true)
        hash = OccurrenceTable.HashState()
        start = index + 1
        index += 1
        continue
      }
      let scalar = utf8.scalar(at: index)
      if line.isBlank { line.isBlank = PythonCharacters.isSpace(scalar.value) }
      hash.append(scalar.value)
      line.length += 1
      index += scalar.byteCount
    }
    line.range = start..<utf8.count
    line.hash = hash.value
    lines.append(line)
  }
}
