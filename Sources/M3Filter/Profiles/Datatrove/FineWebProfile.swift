import M3Text

/// FineWeb's quality rules: datatrove's `FineWebQualityFilter` for English.
///
/// - SeeAlso: Penedo et al., "The FineWeb Datasets", arXiv:2406.17557, 3.6.
public struct FineWebProfile: FilterProfile {
  public let name = "fineweb@datatrove"
  public let version = "0.10.1"
  public var rules: [FilterRule] = [
    FilterRule(reason: "empty", setting: "text", .atLeast(1)),
    FilterRule(reason: "line_punct_ratio", setting: "line_punct_thr", .atLeast(0.12)),
    FilterRule(reason: "short_line_ratio", setting: "short_line_thr", .atMost(0.67)),
    FilterRule(reason: "char_dup_ratio", setting: "char_duplicates_ratio", .atMost(0.01)),
    FilterRule(reason: "list_ratio", setting: "new_line_ratio", .atMost(0.3)),
  ]
  /// The most code points of a short line: `short_line_length`.
  public var shortLineLength = 30

  public init() {}

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let lines = text.bytes.withUnsafeBufferPointer { Lines($0, shortLineLength: shortLineLength) }
    guard visit(0, Double(lines.count)), lines.count > 0 else { return }
    let lineCount = Double(lines.count)
    guard visit(1, Double(lines.terminalCount) / lineCount),
      visit(2, Double(lines.shortCount) / lineCount),
      visit(3, Double(lines.duplicates.duplicateLength) / Double(lines.length))
    else { return }
    let wordCount = text.view(DatatroveWords.self).count
    if wordCount > 0 { _ = visit(4, Double(lines.lineFeedCount) / Double(wordCount)) }
  }

  /// What the rules count of the lines that are not white space alone.
  private struct Lines {
    var count = 0
    var terminalCount = 0
    var shortCount = 0
    var duplicates = DuplicateRanges()
    var lineFeedCount = 0
    /// Code points of the whole text but for line feeds.
    var length = 0

    init(_ utf8: UnsafeBufferPointer<UInt8>, shortLineLength: Int) {
      let bytes = TextBytes(utf8)
      var start = 0
      while true {
        let end = bytes.find(0x0A, in: start..<utf8.count)
        add(start..<end, utf8, shortLineLength)
        guard end < utf8.count else { break }
        lineFeedCount += 1
        start = end + 1
      }
    }

    private mutating func add(_ line: Range<Int>, _ utf8: UnsafeBufferPointer<UInt8>, _ shortLineLength: Int) {
      let scalarCount = ScalarCount.count(utf8[line])
      length += scalarCount
      guard !TextBytes(utf8).leftStripped(line).isEmpty else { return }
      count += 1
      if DatatroveCharacters.isTerminal(utf8.scalar(before: line.upperBound).value) { terminalCount += 1 }
      if scalarCount <= shortLineLength { shortCount += 1 }
      duplicates.add(line, in: utf8)
    }
  }
}
