public import M3Memory

/// Which vectors share a codebook.
public enum CodebookScope: String, Sendable, CaseIterable {
  /// All keys and values, as in the paper.
  case global
  /// All keys; all values.
  case part
  /// The keys, or the values, of a memory layer.
  case layer
  /// The keys, or the values, of a head of a memory layer.
  case head

  public func cellCount(_ shape: MemoryShape) -> Int {
    switch self {
    case .global: 1
    case .part: 2
    case .layer: 2 * shape.layers.count
    case .head: 2 * shape.entryCount
    }
  }

  /// The cell of an entry's keys or values; those of an entry that has a cell of its own follow each other.
  public func cell(entry: Int, part: HeadStatistics.Part, _ shape: MemoryShape) -> Int {
    switch self {
    case .global: 0
    case .part: part.rawValue
    case .layer: 2 * (entry / shape.keyValueHeadCount) + part.rawValue
    case .head: 2 * entry + part.rawValue
    }
  }
}
