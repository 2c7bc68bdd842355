import M3Bytes
import M3JSON
import M3Memory
import M3Spool
import M3Streams
import M3TestSupport

/// A small producer, its BOS memory, and memories.
enum Samples {
  static let producer = Producer(
    modelDigest: .of([1]), tokenizerFingerprint: "00ff00ff00ff00ff", architecture: "llama", layerCount: 2,
    queryHeadCount: 2,
    shape: MemoryShape(layers: [1], keyValueHeadCount: 2, headDimension: 2), rotaryBase: "10000.0", rotaryFactors: [],
    bosText: "<s>", bosTokens: [1], contextBOS: .none, keySpace: .beforeRotation, selection: [:])

  static let bos = BOSMemory(
    layerCount: 2, keyValueHeadCount: 2, tokenCount: 1, headDimension: 2, keys: [1, 2, 3, 4, 5, 6, 7, 8],
    values: [8, 7, 6, 5, 4, 3, 2, 1])

  /// Values that bfloat16 expresses.
  static let memories: [(id: String, memory: SparseMemory)] = [
    ("Water#0", memory([2, 1], [0, 299, 4], tokenCount: 300)),
    ("记忆茶#0", memory([0, 0], [], tokenCount: 0)),
    ("Water#1", memory([0, 1], [7], tokenCount: 8)),
  ]

  static func memory(_ counts: [Int], _ positions: [UInt16], tokenCount: Int) -> SparseMemory {
    let elements = 2 * positions.count
    return SparseMemory(
      shape: producer.shape, tokenCount: tokenCount, counts: counts, positions: positions,
      keys: (0..<elements).map { Float($0) - 1.5 }, values: (0..<elements).map { Float($0) * 0.25 })
  }

  /// The path of a spool of the memories.
  static func spool(_ folder: TemporaryFolder, _ name: String = "part.spool.lz4") throws -> String {
    let writer = try SpoolWriter(path: folder.file(name), producer: producer, bos: bos)
    for (id, memory) in memories { try writer.append(id: id, memory) }
    _ = try writer.commit()
    return folder.file(name)
  }

  /// What LZ4 wraps.
  static func content(_ path: String) throws -> [UInt8] {
    let source = try InputStreams.open(path)
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return content }
      content += piece[..<count]
    }
  }

  static func readAll(_ path: String) throws -> [(id: String, memory: SparseMemory)] {
    let reader = try SpoolReader(path: path)
    var found: [(id: String, memory: SparseMemory)] = []
    while let next = try reader.next() { found.append(next) }
    return found
  }
}
