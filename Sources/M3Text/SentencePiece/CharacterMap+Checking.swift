internal import M3Bytes

extension CharacterMap {
  private static func malformed(_ state: String, at byteOffset: Int = 0) -> FormatError {
    FormatError(.malformed(state), field: TokenizerField.characterMap, at: UInt64(byteOffset))
  }

  /// The double array and the replacements, which are UTF-8 and end with a zero byte.
  static func parts(of bytes: [UInt8]) throws(FormatError) -> (units: [UInt32], replacements: [UInt8]) {
    func integer(at offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count > 4 else { throw malformed("\(bytes.count) bytes") }
    let size = Int(integer(at: 0))
    guard size > 0, size % 4 == 0, size < bytes.count - 4 else {
      throw malformed("a double array of \(size) bytes in \(bytes.count)")
    }
    let replacements = Array(bytes[(4 + size)...])
    guard replacements.last == 0, String(validating: replacements, as: UTF8.self) != nil else {
      throw malformed("replacements that are not UTF-8 or have no end", at: 4 + size)
    }
    return (stride(from: 4, to: 4 + size, by: 4).map { integer(at: $0) }, replacements)
  }

  /// Walks through the trie, whose branches may grow together again, and gives the length of its longest rule.
  static func longestRuleByteCount(_ units: [UInt32], _ replacements: [UInt8]) throws(FormatError) -> Int {
    let (unseen, isOnPath) = (-1, -2)
    // Of units that are done, the bytes of the longest way on.
    var heights = [Int](repeating: unseen, count: units.count)
    heights[0] = isOnPath
    var path = [(unit: 0, label: 1, height: 0)]
    while var step = path.popLast() {
      let place = step.unit ^ units[step.unit].childrenPlace
      let next = (step.label..<0x100).first {
        place ^ $0 < units.count && units[place ^ $0].label == UInt32($0)
      }
      guard let next else {
        heights[step.unit] = step.height
        continue
      }
      let child = place ^ next
      guard heights[child] != isOnPath else { throw malformed("unit \(child) leads to itself", at: 4 + 4 * child) }
      step.label = next
      if heights[child] == unseen {
        try checkValue(of: child, units, replacements)
        heights[child] = isOnPath
        path += [step, (child, 1, 0)]
      } else {
        step.height = max(step.height, heights[child] + 1)
        step.label += 1
        path.append(step)
      }
    }
    return heights[0]
  }

  private static func checkValue(
    of unit: Int, _ units: [UInt32], _ replacements: [UInt8]
  ) throws(FormatError) {
    guard units[unit].hasValue else { return }
    let place = unit ^ units[unit].childrenPlace
    guard place < units.count, units[place].value < replacements.count,
      replacements[units[place].value] & 0xC0 != 0x80
    else { throw malformed("unit \(unit) leads to no replacement", at: 4 + 4 * unit) }
  }
}
