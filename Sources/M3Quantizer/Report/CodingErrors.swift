import M3Bytes
public import M3Codec
public import M3Memory
import M3Records
import M3Spool
import M3Stage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What coding loses, block by block: the squared error by the squared distance from the block's mean.
public struct CodingErrors: Sendable {
  /// (entries) of keys, of values; 0 for an entry that keeps nothing.
  public private(set) var keys: [Double]
  public private(set) var values: [Double]
  /// Of all keys together, and of all values.
  public private(set) var meanKeys = 0.0
  public private(set) var meanValues = 0.0
  /// Of a payload's bytes behind the token count, in bits a byte, as if they were independent.
  public private(set) var entropy = 0.0

  /// - Parameter features: where the codec asks for them.
  /// - Throws: ``FormatError`` naming the reference; ``FileError``.
  public init(
    _ sample: SampledMemories, codec: any MemoryCodec, features: (any FeatureProvider)?, workers: Int
  ) throws {
    let shape = sample.producer.shape
    var means = HeadStatisticsBuilder(shape: shape)
    try sample.read { means.add($0.memory) }
    let statistics = means.statistics()
    var sums = BlockSums(entryCount: shape.entryCount)
    var bytes = [Int](repeating: 0, count: 256)
    try sample.reader { next in
      try OrderedPipeline.run(
        workers: workers, next: next, worker: {},
        transform: { _, pair in
          do {
            let features = try codec.features == nil ? nil : features?.features(of: pair.reference.text)
            let payload = try codec.payload(pair.memory, features: features)
            let decoded = try codec.memory(payload, shape: shape, features: features)
            return (payload, BlockSums(pair.memory, decoded, statistics))
          } catch let error as FormatError {
            throw error.inRecord(pair.reference.id)
          }
        },
        consume: { (payload: [UInt8], part: BlockSums) in
          sums.add(part)
          for byte in payload.dropFirst(2) { bytes[Int(byte)] += 1 }
        })
    }
    keys = sums.relative(.keys)
    values = sums.relative(.values)
    meanKeys = sums.mean(.keys)
    meanValues = sums.mean(.values)
    let count = Double(bytes.reduce(0, +))
    entropy = bytes.reduce(0) { $0 - ($1 == 0 ? 0 : Double($1) / count * log2(Double($1) / count)) }
  }
}

/// Squared errors and squared distances from the mean, of each entry's keys and values.
private struct BlockSums: Sendable {
  /// (2, entries).
  var errors: [Double]
  var distances: [Double]

  init(entryCount: Int) {
    errors = Array(repeating: 0, count: 2 * entryCount)
    distances = errors
  }

  init(_ memory: SparseMemory, _ decoded: SparseMemory, _ statistics: HeadStatistics) {
    self.init(entryCount: memory.counts.count)
    let dimension = memory.shape.headDimension
    for (part, (found, exact)) in [(decoded.keys, memory.keys), (decoded.values, memory.values)].enumerated() {
      var place = 0
      for (entry, count) in memory.counts.enumerated() {
        let block = part * memory.counts.count + entry
        let mean = (2 * entry + part) * dimension
        for _ in 0..<count {
          for element in 0..<dimension {
            let error = Double(found[place] - exact[place])
            let distance = Double(exact[place] - statistics.means[mean + element])
            errors[block] += error * error
            distances[block] += distance * distance
            place += 1
          }
        }
      }
    }
  }

  mutating func add(_ other: BlockSums) {
    for block in errors.indices {
      errors[block] += other.errors[block]
      distances[block] += other.distances[block]
    }
  }

  private func blocks(_ part: HeadStatistics.Part) -> Range<Int> {
    let count = errors.count / 2
    return part.rawValue * count..<(part.rawValue + 1) * count
  }

  func relative(_ part: HeadStatistics.Part) -> [Double] {
    blocks(part).map { distances[$0] > 0 ? errors[$0] / distances[$0] : 0 }
  }

  func mean(_ part: HeadStatistics.Part) -> Double {
    let distance = distances[blocks(part)].reduce(0, +)
    return distance > 0 ? errors[blocks(part)].reduce(0, +) / distance : 0
  }
}
