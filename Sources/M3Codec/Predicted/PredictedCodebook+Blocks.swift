import M3Memory

extension PredictedCodebook {
  /// Calls a body for each block, entry · 2 + (0 for keys, 1 for values), with its rows of a table of (Q, D).
  func mapBlocks<Value>(of table: [Float], _ body: (_ rows: ArraySlice<Float>, _ count: Int) -> Value) -> [Value] {
    var row = 0
    return directionCounts.map { count in
      defer { row += count }
      return body(table[row * shape.headDimension..<(row + count) * shape.headDimension], count)
    }
  }
}
