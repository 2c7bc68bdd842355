import M3Bytes
public import M3Codec
public import M3Memory

/// A seeded, uniform sample of the vectors of each cell of a scope, in bounded memory (reservoir, Vitter's algorithm R, 1985,
/// doi:10.1145/3147.3165).
public struct VectorSample: Sendable {
  public let shape: MemoryShape
  public let scope: CodebookScope
  /// Vectors that a cell holds at most.
  public let limit: Int
  /// (cells) vectors of each that were seen.
  private var seen: [Int]
  /// (cells) rows of D elements.
  private var rows: [[Float]]
  private var random: SplitMix64

  /// - Parameter size: vectors of all cells together at most; a cell takes an equal share.
  public init(shape: MemoryShape, scope: CodebookScope, size: Int, seed: UInt32) {
    self.shape = shape
    self.scope = scope
    let cells = scope.cellCount(shape)
    limit = max(1, size / cells)
    seen = Array(repeating: 0, count: cells)
    rows = Array(repeating: [], count: cells)
    random = SplitMix64(state: UInt64(seed))
  }

  /// Vectors in the sample.
  public var count: Int { rows.reduce(0) { $0 + $1.count } / shape.headDimension }

  /// The vectors of a cell, in no order.
  package func vectors(cell: Int) -> [[Float]] {
    stride(from: 0, to: rows[cell].count, by: shape.headDimension).map {
      Array(rows[cell][$0..<$0 + shape.headDimension])
    }
  }

  public mutating func add(_ memory: SparseMemory) {
    let dimension = shape.headDimension
    for (part, vectors) in [(HeadStatistics.Part.keys, memory.keys), (.values, memory.values)] {
      var row = 0
      for (entry, count) in memory.counts.enumerated() {
        for _ in 0..<count {
          add(vectors[row * dimension..<(row + 1) * dimension], entry: entry, part: part)
          row += 1
        }
      }
    }
  }

  /// Adds one vector of D elements.
  public mutating func add(_ vector: ArraySlice<Float>, entry: Int, part: HeadStatistics.Part) {
    precondition(vector.count == shape.headDimension, "a vector of a head")
    let cell = scope.cell(entry: entry, part: part, shape)
    seen[cell] += 1
    if seen[cell] <= limit {
      rows[cell].append(contentsOf: vector)
      return
    }
    let place = Int(random.next() % UInt64(seen[cell]))
    if place < limit {
      let first = place * shape.headDimension
      rows[cell].replaceSubrange(first..<first + shape.headDimension, with: vector)
    }
  }

  /// A cell's vectors, less their mean; where there are fewer than `least`, followed by those of its part's other cells, less
  /// theirs.
  func rows(cell: Int, least: Int) -> CellRows {
    let own = Rows(rows[cell], width: shape.headDimension)
    let mean = own.mean()
    var centred = Self.centred(rows[cell], mean)
    let step = scope == .global ? 1 : 2
    var other = cell
    for _ in 0..<rows.count / step - 1 where centred.count < least * shape.headDimension {
      other = (other + step) % rows.count
      let missing = least * shape.headDimension - centred.count
      centred += Self.centred(rows[other], Rows(rows[other], width: shape.headDimension).mean()).prefix(missing)
    }
    // A part that was never seen decodes to zeros.
    if centred.isEmpty { centred = Array(repeating: 0, count: shape.headDimension) }
    return CellRows(mean: mean, centred: Rows(centred, width: shape.headDimension))
  }

  private static func centred(_ rows: [Float], _ mean: [Float]) -> [Float] {
    var result = rows
    for index in result.indices { result[index] -= mean[index % mean.count] }
    return result
  }
}
