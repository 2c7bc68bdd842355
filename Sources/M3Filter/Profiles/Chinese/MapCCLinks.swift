/// Takes out of a text what MAP-CC takes for links.
enum MapCCLinks {
  /// A link with its scheme or `www.`; names of four parts; names that end in a domain of two to six letters.
  static func removed(from values: [UInt32]) -> [UInt32] {
    withoutNames(withoutDottedRuns(withoutAddresses(values)))
  }

  /// `https?://[^\s,，\u4e00-\u9fa5]*|www\.[^\s,，\u4e00-\u9fa5]*`
  private static func withoutAddresses(_ values: [UInt32]) -> [UInt32] {
    var kept: [UInt32] = []
    var index = 0
    while index < values.count {
      if let prefix = ["https://", "http://", "www."].first(where: { matches($0, values, at: index) }) {
        index += prefix.utf8.count
        while index < values.count, !PythonCharacters.isSpace(values[index]), values[index] != 0x2C,
          values[index] != 0xFF0C, !isChinese(values[index])
        {
          index += 1
        }
      } else {
        kept.append(values[index])
        index += 1
      }
    }
    return kept
  }

  /// `[a-zA-Z0-9-]+\.[a-zA-Z0-9-]+\.[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+\.?`
  private static func withoutDottedRuns(_ values: [UInt32]) -> [UInt32] {
    var kept: [UInt32] = []
    var index = 0
    while index < values.count {
      var end = index
      var labels = 0
      while labels < 3 {
        let label = labelEnd(values, from: end)
        guard label > end, label < values.count, values[label] == 0x2E else { break }
        end = label + 1
        labels += 1
      }
      if labels == 3, case let tail = runEnd(values, from: end), tail > end {
        index = tail
      } else {
        // No place within the first label can begin a match where its beginning does not.
        let next = max(index + 1, labelEnd(values, from: index))
        kept += values[index..<next]
        index = next
      }
    }
    return kept
  }

  /// `(?<![\u4e00-\u9fa5])(\b[a-zA-Z0-9.-]+\.[a-z]{2,6}\b)`
  private static func withoutNames(_ values: [UInt32]) -> [UInt32] {
    var kept: [UInt32] = []
    var index = 0
    while index < values.count {
      let end = runEnd(values, from: index)
      guard end > index else {
        kept.append(values[index])
        index += 1
        continue
      }
      // Where a match ends does not depend on where in the run it begins.
      if let match = lastName(values, in: index..<end),
        let start = (index..<match.point).first(where: { isStart(values, at: $0) })
      {
        kept += values[index..<start]
        index = match.end
      } else {
        kept += values[index..<end]
        index = end
      }
    }
    return kept
  }

  /// The last full stop with a domain behind it, and where that ends.
  private static func lastName(_ values: [UInt32], in run: Range<Int>) -> (point: Int, end: Int)? {
    for point in run.dropFirst().reversed() where values[point] == 0x2E {
      var letters = 0
      while letters < 6, point + 1 + letters < run.upperBound, values[point + 1 + letters] &- 0x61 < 26 { letters += 1 }
      while letters >= 2 {
        let end = point + 1 + letters
        if isBoundary(values, at: end) { return (point, end) }
        letters -= 1
      }
    }
    return nil
  }

  private static func isStart(_ values: [UInt32], at index: Int) -> Bool {
    (index == 0 || !isChinese(values[index - 1])) && isBoundary(values, at: index)
  }

  /// `\b`
  private static func isBoundary(_ values: [UInt32], at index: Int) -> Bool {
    let before = index > 0 && PythonCharacters.isWord(values[index - 1])
    let after = index < values.count && PythonCharacters.isWord(values[index])
    return before != after
  }

  private static func isChinese(_ value: UInt32) -> Bool {
    (0x4E00...0x9FA5).contains(value)
  }

  /// The end of the run of `[a-zA-Z0-9-]`.
  private static func labelEnd(_ values: [UInt32], from start: Int) -> Int {
    var index = start
    while index < values.count, values[index] != 0x2E, isRun(values[index]) { index += 1 }
    return index
  }

  /// The end of the run of `[a-zA-Z0-9.-]`.
  private static func runEnd(_ values: [UInt32], from start: Int) -> Int {
    var index = start
    while index < values.count, isRun(values[index]) { index += 1 }
    return index
  }

  private static func isRun(_ value: UInt32) -> Bool {
    switch value {
    case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  private static func matches(_ prefix: String, _ values: [UInt32], at index: Int) -> Bool {
    prefix.utf8.count <= values.count - index
      && zip(prefix.utf8, values[index...]).allSatisfy { UInt32($0) == $1 }
  }
}
