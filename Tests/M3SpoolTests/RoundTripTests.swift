import M3Bytes
import M3Memory
import M3Spool
import M3TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func memoriesComeBackInOrder() throws {
    let folder = try TemporaryFolder()
    let reader = try SpoolReader(path: Samples.spool(folder))
    #expect(reader.producer == Samples.producer)
    #expect(reader.bos == Samples.bos)
    for (id, memory) in Samples.memories {
      let found = try #require(try reader.next())
      #expect(found.id == id)
      #expect(found.memory == memory)
    }
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test func vectorsAreRounded() throws {
    let folder = try TemporaryFolder()
    var random = Randomness(seed: 1)
    let memory = SparseMemory(
      shape: Samples.producer.shape, tokenCount: 50, counts: [50, 50], positions: Array(0..<50) + Array(0..<50),
      keys: random.floats(200), values: random.floats(200))
    let writer = try SpoolWriter(path: folder.file("s.lz4"), producer: Samples.producer, bos: Samples.bos)
    try writer.append(id: "a#0", memory)
    _ = try writer.commit()
    let found = try #require(try Samples.readAll(folder.file("s.lz4")).first).memory
    #expect(found.positions == memory.positions)
    #expect(found.keys == memory.keys.map { BFloat16.value(BFloat16.bits($0)) })
    #expect(found.values == memory.values.map { BFloat16.value(BFloat16.bits($0)) })
  }

  @Test func layoutOfTheContent() throws {
    let folder = try TemporaryFolder()
    let content = try Samples.content(Samples.spool(folder))
    let json = Int(content[12]) | Int(content[13]) << 8
    #expect(content.starts(with: Array("M3SPOOL\0".utf8) + [1, 0, 0, 0]))
    #expect(content[20] == UInt8(ascii: "{"))
    let bos = 20 + json..<20 + json + Samples.bos.bytes.count
    #expect(Array(content[bos]) == Samples.bos.bytes)

    let body =
      "0700" + "57617465722330" + "2c01" + "0200" + "0100" + "0000" + "2b01" + "0400"
      + "c0bf00bf003f" + "c03f20406040" + "0000803e003f" + "403f803fa03f"
    let first = bos.upperBound
    #expect(Hexadecimal.string(content[first + 12..<first + 12 + body.count / 2]) == body)
    #expect(Int(content[first]) == body.count / 2)
    #expect(Hexadecimal.string(content.suffix(12)) == "ffffffff" + "0300000000000000")
  }

  @Test func sameMemoriesGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let one = try Samples.spool(folder, "a.lz4")
    let other = try Samples.spool(folder, "b.lz4")
    #expect(try SHA256Digest.ofFile(one) == SHA256Digest.ofFile(other))
  }

  @Test func commitSaysWhatItWrote() throws {
    let folder = try TemporaryFolder()
    let writer = try SpoolWriter(path: folder.file("s.lz4"), producer: Samples.producer, bos: Samples.bos)
    #expect(try FilePaths.kind(folder.file("s.lz4")) == nil)
    let (digest, byteCount) = try writer.commit()
    #expect(digest == (try SHA256Digest.ofFile(folder.file("s.lz4"))))
    #expect(byteCount == (try FilePaths.size(folder.file("s.lz4"))))
    #expect(try Samples.readAll(folder.file("s.lz4")).isEmpty)
  }

  @Test func longIdsAreRefused() throws {
    let folder = try TemporaryFolder()
    let writer = try SpoolWriter(path: folder.file("s.lz4"), producer: Samples.producer, bos: Samples.bos)
    try writer.append(id: String(repeating: "é", count: 2048), Samples.memories[0].memory)
    let error = #expect(throws: FormatError.self) {
      try writer.append(id: String(repeating: "é", count: 2048) + "a", Samples.memories[0].memory)
    }
    #expect(error?.problem == .outOfRange(found: "4097 bytes", allowed: "4096"))
  }

  @Test func theBOSMemoryOfAnotherModelIsRefused() throws {
    let folder = try TemporaryFolder()
    var producer = Samples.producer
    producer.bosTokens = [1, 2]
    let error = #expect(throws: FormatError.self) {
      try SpoolWriter(path: folder.file("s.lz4"), producer: producer, bos: Samples.bos)
    }
    #expect(error?.field == "BOS memory")
    #expect(try FilePaths.list(folder.path) == [])
  }
}
