import M3Codec

/// Decodes a payload by the definition of its format: every average anew, symbols by counting through their table.
struct PlainCodes {
  private let codebook: PredictedCodebook
  private let classes: [Int]
  private var state: Int
  private var rest: ArraySlice<UInt8>

  private init(_ codebook: PredictedCodebook, step: Float, stream: ArraySlice<UInt8>) {
    self.codebook = codebook
    let classes = codebook.deviations.map { SymbolModel.scaleClass(deviation: $0, step: step) }
    self.classes = classes.prefix { $0 != nil }.map { $0! }
    state = stream.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    rest = stream.dropFirst(4)
  }

  /// The codes of each token; nil where the stream does not end where it must.
  static func codes(_ payload: [UInt8], codebook: PredictedCodebook, step: Float) -> [[Int]]? {
    var decoder = PlainCodes(codebook, step: step, stream: payload[2...])
    var rows: [[Int]] = []
    for _ in 0..<Int(payload[0]) | Int(payload[1]) << 8 {
      var row: [Int] = []
      for component in decoder.classes.indices {
        row.append(decoder.code(context: decoder.context(row, previous: rows.last?[component] ?? 0), component))
      }
      rows.append(row)
    }
    return decoder.state == 1 << 23 && decoder.rest.isEmpty ? rows : nil
  }

  private mutating func code(context: Int, _ component: Int) -> Int {
    let first = (classes[component] * SymbolModel.contextCount + context) * SymbolModel.symbolCount
    let table = codebook.symbols.frequencies[first..<first + SymbolModel.symbolCount].map { Int($0) }
    let starts = table.indices.map { table[..<$0].reduce(0, +) }
    let symbol = starts.lastIndex { $0 <= state % 16384 }!
    advance(start: starts[symbol], frequency: table[symbol])
    if symbol < 31 { return symbol - 15 }
    let head = bits(6)
    let magnitude = 15 + (1 << (head / 2) | bits(head / 2))
    return head % 2 == 1 ? -magnitude : magnitude
  }

  private mutating func bits(_ count: Int) -> Int {
    if count == 0 { return 0 }
    if count > 12 { return bits(12) | bits(count - 12) << 12 }
    let size = 16384 >> count
    let value = state % 16384 / size
    advance(start: value * size, frequency: size)
    return value
  }

  private mutating func advance(start: Int, frequency: Int) {
    state = frequency * (state / 16384) + state % 16384 - start
    while state < 1 << 23, let byte = rest.popFirst() { state = state << 8 | Int(byte) }
  }

  /// The average of a token's magnitudes before a component and of the same component's in the token before, against what
  /// their classes expect; in 256ths.
  private func context(_ row: [Int], previous: Int) -> Int {
    var (found, expected) = (0, 0)
    for (code, scale) in zip(row, classes) {
      found += min(abs(code), 255) * 256 - found / 32
      expected += Int(ContextBounds.expectedMagnitudes[scale]) - expected / 32
    }
    found += 4 * min(abs(previous), 255) * 256
    expected += 4 * Int(ContextBounds.expectedMagnitudes[classes[row.count]]) + 128
    return [16, 32, 51, 77, 109, 160, 256].count { found >= expected * $0 / 64 }
  }
}
