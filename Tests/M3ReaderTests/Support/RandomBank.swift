import M3Bank
import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport

/// A small bank of random memories in a folder of its own: two shards, references of 0 to 40 tokens.
struct RandomBank {
  static let longestReference = 40
  static let recordCount = 11

  let folder: TemporaryFolder
  let memories: [SparseMemory]

  /// - Parameter change: changes a payload before it is stored.
  init(
    codec name: String, keySpace: Producer.KeySpace, dimension: Int = 16,
    change: (_ index: Int, _ payload: inout [UInt8]) -> Void = { _, _ in }
  ) throws {
    var random = Randomness(seed: UInt64(dimension))
    let shape = MemoryShape(layers: [1, 2, 4], keyValueHeadCount: 2, headDimension: dimension)
    let producer = Producer(
      modelDigest: .of([1]), tokenizerFingerprint: "0123456789abcdef", architecture: "llama", layerCount: 6,
      queryHeadCount: 4, shape: shape, rotaryBase: "10000.0", rotaryFactors: [], bosText: "<s>Reference:",
      bosTokens: [1, 5, 6], contextBOS: .none, keySpace: keySpace, selection: [:])
    let statistics = HeadStatistics(
      shape: shape, means: random.floats(12 * dimension),
      deviations: random.floats(12 * dimension).map { 0.25 + $0.magnitude })
    let codec: any MemoryCodec =
      try ScalarWidth(name: name).map { try ScalarCodec($0, statistics: statistics) }
      ?? BFloat16Codec(headDimension: dimension)
    let tokenCounts = [40, 7, 0, 1, 33, 12, 40, 5, 20, 39, 3]
    memories = tokenCounts.map { SparseMemory(random: &random, shape: shape, tokenCount: $0) }
    folder = try TemporaryFolder()
    var description = codec.description
    description["longest_reference"] = .integer(Int64(Self.longestReference))
    let identity = BankIdentity(producer: producer.json, codec: description, inputFingerprint: "random")
    var payloads = try memories.map { try codec.payload($0) }
    for index in payloads.indices { change(index, &payloads[index]) }
    let shards = try [0..<6, 6..<payloads.count].enumerated().map { number, range in
      let identity = identity.shard(UInt32(number))
      let writer = try ShardWriter(path: folder.file(identity.fileName), identity: identity, count: range.count)
      for index in range {
        try writer.append(id: "r\(index)#0", source: [], text: "reference \(index)", payload: payloads[index])
      }
      return try writer.commit()
    }
    var files = [try file("bos.m3m", role: "bos_memory", Self.bos(producer, &random).bytes)]
    if ScalarWidth(name: name) != nil { files.append(try file("codebook.m3c", role: "codebook", statistics.bytes)) }
    try BankAssembly.commit(
      BankManifest(
        producer: producer.json, codec: description, inputFingerprint: "random", shards: shards, files: files),
      to: folder.path)
  }

  private func file(_ name: String, role: String, _ bytes: [UInt8]) throws -> BankManifest.File {
    try AtomicFile.write(bytes, to: folder.file(name))
    return try BankAssembly.file(path: folder.file(name), role: role)
  }

  private static func bos(_ producer: Producer, _ random: inout Randomness) -> BOSMemory {
    let shape = producer.shape
    let count = producer.layerCount * shape.keyValueHeadCount * producer.bosTokens.count * shape.headDimension
    return BOSMemory(
      layerCount: producer.layerCount, keyValueHeadCount: shape.keyValueHeadCount,
      tokenCount: producer.bosTokens.count, headDimension: shape.headDimension, keys: random.floats(count),
      values: random.floats(count))
  }
}

extension SparseMemory {
  /// Random tokens of each entry, none in some.
  fileprivate init(random: inout Randomness, shape: MemoryShape, tokenCount: Int) {
    var counts: [Int] = []
    var positions: [UInt16] = []
    for _ in 0..<shape.entryCount {
      let kept = (0..<tokenCount).filter { _ in random.integer(below: 3) == 0 }
      counts.append(kept.count)
      positions += kept.map { UInt16($0) }
    }
    let elements = positions.count * shape.headDimension
    self.init(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: random.floats(elements, 3),
      values: random.floats(elements, 2))
  }
}
