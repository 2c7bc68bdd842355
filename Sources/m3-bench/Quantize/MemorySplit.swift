import M3Bytes
import M3Memory
import M3Spool

/// Memories of a spool to train codebooks with, and others to test them with.
///
/// Every sixth reference is for testing. Of each as many key-values are drawn, so that long references weigh no more than
/// short ones: the rule of `fixtures/peers/quantize.py`, whose figures these are compared with.
struct MemorySplit {
  let producer: Producer
  /// What was drawn of each training reference.
  private(set) var training: [SparseMemory] = []
  /// What was drawn of each test reference.
  private(set) var test: [SparseMemory] = []
  /// Some of the test references as they are.
  private(set) var whole: [SparseMemory] = []

  private static let testInterval = 6
  private static let mostWhole = 16

  /// - Parameters:
  ///   - path: a file of memories.
  ///   - references: read from its beginning, at most.
  ///   - vectors: keys and values of all training references together, about.
  /// - Throws: ``FormatError``, also where there are too few memories for both; ``FileError``.
  init(path: String, references: Int, vectors: Int, seed: UInt64) throws {
    let reader = try SpoolReader(path: path)
    producer = reader.producer
    let trainingCount = references - references / Self.testInterval
    let rowCount = (vectors + 2 * trainingCount - 1) / (2 * trainingCount)
    var number = 0
    while number < references, let (_, memory) = try reader.next() {
      number += 1
      let drawn = memory.drawn(rowCount, seed: seed << 32 ^ UInt64(number))
      if number % Self.testInterval == 0 {
        test.append(drawn)
        if whole.count < Self.mostWhole { whole.append(memory) }
      } else {
        training.append(drawn)
      }
    }
    guard test.contains(where: { $0.rowCount > 0 }), training.contains(where: { $0.rowCount > 0 }) else {
      throw FormatError(
        .outOfRange(found: "\(number) memories", allowed: "\(Self.testInterval) and more"), field: "records", file: path
      )
    }
  }
}

extension SparseMemory {
  /// So many of the kept tokens, evenly drawn from all entries.
  fileprivate func drawn(_ limit: Int, seed: UInt64) -> SparseMemory {
    var sample = SelectionSample(limit: limit, of: rowCount, seed: seed)
    let dimension = shape.headDimension
    var counts = [Int](repeating: 0, count: counts.count)
    var positions: [UInt16] = []
    var (keys, values) = ([Float](), [Float]())
    var row = 0
    for (entry, count) in self.counts.enumerated() {
      for _ in 0..<count {
        if sample.takesNext() {
          counts[entry] += 1
          positions.append(self.positions[row])
          keys += self.keys[row * dimension..<(row + 1) * dimension]
          values += self.values[row * dimension..<(row + 1) * dimension]
        }
        row += 1
      }
    }
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: keys, values: values)
  }
}
