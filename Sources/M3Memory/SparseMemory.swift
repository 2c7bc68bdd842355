/// The memory of one reference: a ragged, sparse subset of its attention key-values.
///
/// Each entry (memory layer, key-value head) keeps its own number of tokens, zero included; the paper's uniform top-8
/// (section 3.3) is the case of equal counts.
public struct SparseMemory: Sendable, Equatable {
  public let shape: MemoryShape
  /// Tokens of a reference at most: positions and counts are written in 16 bits.
  public static let maximumTokenCount = Int(UInt16.max)

  /// Tokens of the reference, BOS not counted; at most ``maximumTokenCount``.
  public let tokenCount: Int
  /// (entries) kept tokens.
  public let counts: [Int]
  /// Kept tokens of all entries, one entry after another; within an entry ascending, from 0 for the reference's first token.
  public let positions: [UInt16]
  /// (rows, D), float32, in the producer's key space.
  public let keys: [Float]
  /// (rows, D), float32.
  public let values: [Float]

  /// - Precondition: the arrays fit the shape and the counts; ``firstInconsistency`` tells for untrusted ones.
  public init(
    shape: MemoryShape, tokenCount: Int, counts: [Int], positions: [UInt16], keys: [Float], values: [Float]
  ) {
    precondition((0...Self.maximumTokenCount).contains(tokenCount), "more tokens than positions can tell apart")
    precondition(counts.count == shape.entryCount, "one count an entry")
    precondition(
      keys.count == positions.count * shape.headDimension && values.count == keys.count, "a key and a value a row")
    self.shape = shape
    self.tokenCount = tokenCount
    self.counts = counts
    self.positions = positions
    self.keys = keys
    self.values = values
  }

  /// Kept tokens of all entries together.
  public var rowCount: Int { positions.count }

  /// First row of each entry, and the number of all rows at the end.
  public var offsets: [Int] { Self.offsets(counts) }

  /// First row of each of entries with these counts, and the number of all rows at the end.
  package static func offsets(_ counts: [Int]) -> [Int] {
    var offsets = [0]
    offsets.reserveCapacity(counts.count + 1)
    for count in counts { offsets.append(offsets.last! + count) }
    return offsets
  }

  /// What is wrong with counts and positions read from a file, or nil: counts within the reference, their sum the number
  /// of positions, positions ascending within an entry and inside of the reference.
  public static func firstInconsistency(tokenCount: Int, counts: [Int], positions: [UInt16]) -> String? {
    var row = 0
    for (entry, count) in counts.enumerated() {
      guard count >= 0, count <= tokenCount, count <= positions.count - row else {
        return "entry \(entry) keeps \(count) of \(tokenCount) tokens"
      }
      var previous = -1
      for position in positions[row..<row + count] {
        guard Int(position) > previous, Int(position) < tokenCount else {
          return "entry \(entry) has position \(position) behind \(previous) of \(tokenCount)"
        }
        previous = Int(position)
      }
      row += count
    }
    return row == positions.count ? nil : "\(positions.count - row) positions belong to no entry"
  }
}
