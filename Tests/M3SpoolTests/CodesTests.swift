import M3Bytes
import M3JSON
import M3Memory
import M3Spool
import M3TestSupport
import Testing

/// Coded memories between two stages.
@Suite struct CodesTests {
  private static let codec: JSONObject = ["codebook_sha256": "00", "name": "pq"]
  private static let payloads: [(id: String, payload: [UInt8])] = [
    ("Water#0", [3, 0, 1, 2, 3]), ("记忆茶#0", []), ("Water#1", Array(repeating: 7, count: 300)),
  ]

  private func codes(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("part.codes.lz4")
    let writer = try CodesWriter(path: path, producer: Samples.producer, bos: Samples.bos, codec: Self.codec)
    for (id, payload) in Self.payloads { try writer.append(id: id, payload: payload) }
    _ = try writer.commit()
    return path
  }

  private func readAll(_ path: String) throws -> [(id: String, payload: [UInt8])] {
    let reader = try CodesReader(path: path)
    var found: [(id: String, payload: [UInt8])] = []
    while let next = try reader.next() { found.append(next) }
    return found
  }

  @Test func payloadsComeBackInOrder() throws {
    let folder = try TemporaryFolder()
    let path = try codes(folder)
    let reader = try CodesReader(path: path)
    #expect(reader.producer == Samples.producer)
    #expect(reader.bos == Samples.bos)
    #expect(reader.codec == Self.codec)
    let found = try readAll(path)
    #expect(found.map(\.id) == Self.payloads.map(\.id))
    #expect(found.map(\.payload) == Self.payloads.map(\.payload))
  }

  @Test func everyTruncationAndEveryFlippedBitIsFound() throws {
    let folder = try TemporaryFolder()
    let bytes = try ReadableFile.contents(of: codes(folder), limit: 1 << 20)
    for count in bytes.indices {
      try folder.write(Array(bytes[..<count]), "damaged.lz4")
      #expect(throws: FormatError.self, "\(count) bytes") { try readAll(folder.file("damaged.lz4")) }
    }
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "damaged.lz4")
      #expect(throws: FormatError.self, "bit \(bit)") { try readAll(folder.file("damaged.lz4")) }
    }
  }

  /// One kind of file is not taken for the other.
  @Test func rawMemoriesAreNoCodes() throws {
    let folder = try TemporaryFolder()
    let spool = try Samples.spool(folder)
    let error = #expect(throws: FormatError.self) { try CodesReader(path: spool) }
    #expect(error?.field == "magic")
    let codes = try codes(folder)
    #expect(throws: FormatError.self) { try SpoolReader(path: codes) }
  }

  @Test func aSkippedMemoryIsNotMissed() throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let reader = try SpoolReader(path: Samples.spool(folder))
    #expect(try reader.skip() == Samples.memories[0].id)
    #expect(try reader.next()?.memory == Samples.memories[1].memory)
    #expect(try reader.skip() == Samples.memories[2].id)
    #expect(try reader.skip() == nil)
  }
}
