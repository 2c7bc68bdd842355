import M3Bank
import M3Bytes
import M3TestSupport
import Testing

/// Reading in buffers that are used again.
@Suite struct ShardBuffersTests {
  let folder: TemporaryFolder
  let records: [BankRecord]

  init() throws {
    folder = try TemporaryFolder()
    var generator = Generator(seed: 5)
    // Large and small by turns, so that buffers grow and are too long.
    let large = Samples.Parts(id: "large", source: [], text: "much", payload: generator.bytes(100_000))
    let huge = Samples.Parts(id: "huge", source: [1], text: "more", payload: generator.bytes(300_000))
    let parts = Samples.parts() + [large] + Samples.parts(seed: 2) + [huge] + Samples.parts(seed: 3)
    try Samples.writeShard(folder, parts: parts)
    records = Samples.records(parts)
  }

  @Test func payloadsAreThoseOfTheRecords() throws {
    let reader = try ShardReader(path: folder.file("shard-00000.m3s"))
    let buffers = RecordBuffers()
    for position in Array(0..<reader.count) + (0..<reader.count).reversed() {
      let found = try reader.withPayload(at: position, buffers: buffers) { (id: $0, payload: Array($2)) }
      #expect(found.id.utf8.elementsEqual(records[position].id.utf8))
      #expect(found.payload == records[position].payload)
    }
  }

  /// The errors are those of `record(at:)`, and the buffers read on after them.
  @Test func damageIsToldAsByRecords() throws {
    let bytes = try folder.read("shard-00000.m3s")
    let reader = try ShardReader(path: folder.file("shard-00000.m3s"))
    let buffers = RecordBuffers()
    func error(_ body: () throws -> Void) throws -> FormatError? {
      do {
        try body()
        return nil
      } catch let error as FormatError {
        return error
      }
    }
    let entry = reader.entry(at: 1)
    for bit in 8 * Int(entry.offset)..<8 * (Int(entry.offset) + entry.compressedLength) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try folder.write(damaged, "shard-00000.m3s")
      let found = try error { try reader.withPayload(at: 1, buffers: buffers) { _, _, _ in } }
      #expect(found != nil)
      #expect(try found == error { _ = try reader.record(at: 1) })
      let next = try reader.withPayload(at: 2, buffers: buffers) { Array($2) }
      #expect(next == records[2].payload)
    }
    for length in [0, Int(entry.offset), Int(entry.offset) + entry.compressedLength - 1] {
      try folder.write(Array(bytes[..<length]), "shard-00000.m3s")
      let found = try error { try reader.withPayload(at: 1, buffers: buffers) { _, _, _ in } }
      #expect(found != nil)
      #expect(try found == error { _ = try reader.record(at: 1) })
    }
  }

  @Test func whatTheBodyThrowsComesThrough() throws {
    let reader = try ShardReader(path: folder.file("shard-00000.m3s"))
    struct Stop: Error, Equatable {}
    #expect(throws: Stop()) {
      try reader.withPayload(at: 0, buffers: RecordBuffers()) { _, _, _ in throw Stop() }
    }
  }
}
