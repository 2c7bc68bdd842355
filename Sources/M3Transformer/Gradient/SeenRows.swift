/// Where the rows come from that one key-value head of a sequence sees: BOS memory, memories, then its own tokens. A row is
/// a column of the head's scores.
struct SeenRows {
  /// Rows of one memory in this head.
  struct Part {
    /// Index among the context's memories; nil for the BOS memory.
    let memory: Int?
    let source: AttentionMemory
    let rows: Range<Int>
    /// Column of the first of them.
    let firstColumn: Int
  }

  let parts: [Part]
  /// Columns of the BOS memory.
  let bosCount: Int
  /// Columns before the sequence's own tokens.
  let precedingCount: Int
  /// T.
  let tokenCount: Int

  /// S.
  var count: Int { precedingCount + tokenCount }

  init(_ sequence: Sequence, layer: Int, head: Int) {
    var parts: [Part] = []
    var column = 0
    func append(_ memory: AttentionMemory, _ index: Int?) {
      let rows = memory.rows(layer: layer, head: head)
      parts.append(Part(memory: index, source: memory, rows: rows, firstColumn: column))
      column += rows.count
    }
    if let bos = sequence.memory?.bos { append(bos, nil) }
    bosCount = column
    for (index, memory) in (sequence.memory?.memories ?? []).enumerated() { append(memory, index) }
    self.parts = parts
    precedingCount = column
    tokenCount = sequence.tokens.count
  }

  /// Columns are worked on in blocks of so many, so that a causal sequence skips most of what it may not see.
  static let blockSize = 64

  /// First columns of the blocks.
  var blocks: StrideTo<Int> { stride(from: 0, to: count, by: Self.blockSize) }

  var blockCount: Int { (count + Self.blockSize - 1) / Self.blockSize }

  func columnCount(ofBlock start: Int) -> Int { min(Self.blockSize, count - start) }

  /// The first query that sees any column of a block.
  func firstQuery(ofBlock start: Int) -> Int { max(0, start - precedingCount) }
}
