import M3Bank
import M3Bytes
import M3TestSupport
import Testing

@Suite struct ShardRoundTripTests {
  let folder: TemporaryFolder
  let summary: ShardSummary

  init() throws {
    folder = try TemporaryFolder()
    summary = try Samples.writeShard(folder, Samples.identity(7))
  }

  @Test func recordsComeBack() throws {
    let reader = try ShardReader(path: folder.file("shard-00007.m3s"), expecting: Samples.identity(7))
    let expected = Samples.records(shard: 7)
    #expect(reader.count == expected.count)
    #expect(reader.identity == Samples.identity(7))
    for (position, record) in expected.enumerated() {
      #expect(try reader.record(at: position) == record)
      #expect(try reader.payload(at: position) == record.payload)
      #expect(reader.entry(at: position).number == record.number)
      #expect(reader.entry(at: position).textLength == record.text.utf8.count)
    }
  }

  @Test func idsAreFoundByBytes() throws {
    let reader = try ShardReader(path: folder.file("shard-00007.m3s"))
    for (position, part) in Samples.parts().enumerated() {
      #expect(reader.positions(ofID: part.id) == [position])
      #expect(try reader.position(ofID: part.id) == position)
    }
    #expect(reader.positions(ofID: "absent").isEmpty)
    #expect(try reader.position(ofID: "absent") == nil)
  }

  /// The file is a zstd stream: any zstd reader gives the raw records one after another.
  @Test func fileIsAZstdStream() throws {
    let source = try ZstdSource(path: folder.file("shard-00007.m3s"))
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 100)
    while true {
      let got = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
      if got == 0 { break }
      content += buffer[..<got]
    }
    #expect(content == Samples.parts().flatMap(Samples.raw))
  }

  @Test func summarySaysWhatWasWritten() throws {
    let bytes = try folder.read("shard-00007.m3s")
    let parts = Samples.parts()
    let shard = ShardEditor(bytes, recordCount: parts.count)
    #expect(summary.name == "shard-00007.m3s")
    #expect(summary.size == UInt64(bytes.count))
    #expect(summary.sha256 == SHA256Digest.of(bytes))
    #expect(summary.recordCount == parts.count)
    #expect(summary.firstRecord == 7 << 20)
    #expect(summary.lastRecord == 7 << 20 + UInt64(parts.count - 1))
    #expect(summary.textByteCount == UInt64(parts.map { $0.text.utf8.count }.reduce(0, +)))
    #expect(summary.payloadByteCount == UInt64(parts.map { $0.payload.count }.reduce(0, +)))
    #expect(summary.compressedByteCount == UInt64(shard.index - 96))
    var logical: [UInt8] = []
    for (position, part) in parts.enumerated() {
      let raw = Samples.raw(part)
      let number = UInt64(7) << 20 + UInt64(position)
      logical += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      logical += (0..<4).map { UInt8(truncatingIfNeeded: raw.count >> (8 * $0)) }
      logical += raw
    }
    #expect(summary.logicalSHA256 == SHA256Digest.of(logical))
    #expect(summary.size <= UInt64(ShardWriter.sizeBound(recordCount: parts.count, rawByteCount: logical.count - 60)))
  }

  @Test func sameRecordsGiveTheSameBytes() throws {
    try Samples.writeShard(folder, Samples.identity(7), name: "again")
    #expect(try folder.read("again") == folder.read("shard-00007.m3s"))
  }

  @Test(arguments: 1...40) func shardsOfEveryCount(count: Int) throws {
    var generator = Generator(seed: UInt64(count))
    let parts = (0..<count).map {
      Samples.Parts(
        id: "id \($0)", source: generator.bytes($0 % 5), text: String(repeating: "x", count: $0 * 7 % 300),
        payload: generator.bytes(Int.random(in: 0...90, using: &generator)))
    }
    try Samples.writeShard(folder, name: "s", parts: parts)
    let reader = try ShardReader(path: folder.file("s"), expecting: Samples.identity())
    #expect(try (0..<reader.count).map { try reader.record(at: $0) } == Samples.records(parts))
    #expect(try parts.map { try reader.position(ofID: $0.id) } == Array(0..<count))
  }

  @Test func theLargestPartsFit() throws {
    let part = Samples.Parts(
      id: String(repeating: "i", count: ShardLimits.idLength), source: Generator.constant(ShardLimits.sourceLength),
      text: String(repeating: "t", count: ShardLimits.textLength), payload: Generator.constant(1 << 22))
    try Samples.writeShard(folder, name: "large", parts: [part])
    let reader = try ShardReader(path: folder.file("large"))
    #expect(try reader.record(at: 0) == Samples.records([part])[0])
  }
}

extension Generator {
  static func constant(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x20, count: count) }
}
