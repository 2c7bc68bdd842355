import M3Text

/// The lines of a text as Python's `str.splitlines` has them: ranges of bytes without their ends.
struct SplitLines: FilterView {
  private(set) var ranges: [Range<Int>] = []

  init(_ text: FilterText) {
    text.bytes.withUnsafeBufferPointer { read($0) }
  }

  private mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
    var start = 0
    var index = 0
    while index < utf8.count {
      let byteCount = Self.boundary(utf8, index)
      if byteCount == 0 {
        index += 1
        continue
      }
      ranges.append(start..<index)
      index += byteCount
      start = index
    }
    if start < utf8.count { ranges.append(start..<utf8.count) }
  }

  /// How many bytes the end of a line takes that begins at `index`; 0 where none does.
  @inline(__always)
  private static func boundary(_ utf8: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    let byte = utf8[index]
    // Of the lead bytes only these begin one.
    if byte > 0x1E, byte != 0xC2, byte != 0xE2 { return 0 }
    let scalar = utf8.scalar(at: index)
    guard PythonCharacters.isLineBoundary(scalar.value) else { return 0 }
    return byte == 0x0D && index + 1 < utf8.count && utf8[index + 1] == 0x0A ? 2 : scalar.byteCount
  }
}
