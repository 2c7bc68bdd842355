import M3Bytes
import M3JSON
import M3Memory
import M3Spool
import M3TestSupport
import Testing

/// A spool that is not whole is an error, and never fewer memories.
@Suite struct DamageTests {
  @Test func everyTruncation() throws {
    let folder = try TemporaryFolder()
    let bytes = try ReadableFile.contents(of: Samples.spool(folder), limit: 1 << 20)
    for count in bytes.indices {
      try folder.write(Array(bytes[..<count]), "cut.lz4")
      #expect(throws: FormatError.self, "\(count) bytes") { try Samples.readAll(folder.file("cut.lz4")) }
    }
  }

  /// Without LZ4's own checks: the record marks alone find that the end is missing.
  @Test func everyTruncationOfTheContent() throws {
    let folder = try TemporaryFolder()
    let content = try Samples.content(Samples.spool(folder))
    for count in content.indices {
      try folder.write(Array(content[..<count]), "cut.spool")
      let error = #expect(throws: FormatError.self) { try Samples.readAll(folder.file("cut.spool")) }
      guard case .truncated? = error?.problem else {
        Issue.record("\(count) bytes: \(String(describing: error))")
        continue
      }
      #expect(error?.byteOffset ?? .max <= count)
      #expect(error?.file == folder.file("cut.spool"))
    }
    try folder.write(content, "whole.spool")
    #expect(try Samples.readAll(folder.file("whole.spool")).count == 3)
  }

  @Test func everyFlippedBit() throws {
    let folder = try TemporaryFolder()
    let bytes = try ReadableFile.contents(of: Samples.spool(folder), limit: 1 << 20)
    var accepted: [Int] = []
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "flipped.lz4")
      if (try? Samples.readAll(folder.file("flipped.lz4"))) != nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  /// Every bit behind the head is under a record's checksum, is one, or counts.
  @Test func everyFlippedBitOfTheRecords() throws {
    let folder = try TemporaryFolder()
    let content = try Samples.content(Samples.spool(folder))
    var accepted: [Int] = []
    for bit in 8 * recordsStart(content)..<8 * content.count {
      var damaged = content
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "flipped.spool")
      if (try? Samples.readAll(folder.file("flipped.spool"))) != nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  @Test func bytesBehindTheEnd() throws {
    let folder = try TemporaryFolder()
    let content = try Samples.content(Samples.spool(folder))
    try folder.write(content + [0], "long.spool")
    let error = #expect(throws: FormatError.self) { try Samples.readAll(folder.file("long.spool")) }
    #expect(error?.problem == .malformed("bytes behind the end"))
    #expect(error?.byteOffset == UInt64(content.count))
  }

  /// A header with one thing wrong.
  static let heads: [(offset: Int, bytes: [UInt8], field: String, problem: FormatError.Problem)] = [
    (0, [0x4E], "magic", .wrongMagic(found: "4e3353504f4f4c00")),
    (8, [2], "version", .unsupportedVersion(found: "2", supported: "1")),
    (12, [1, 0, 16, 0], "header lengths", .outOfRange(found: "1048577 and 100", allowed: "1 MiB and 256 MiB")),
    (16, [1, 0, 0, 16], "header lengths", .outOfRange(found: "0 and 268435457", allowed: "1 MiB and 256 MiB")),
  ]

  @Test(arguments: heads.indices)
  func damagedHead(index: Int) throws {
    let damage = Self.heads[index]
    let folder = try TemporaryFolder()
    var content = try Samples.content(Samples.spool(folder))
    if damage.offset == 16 { content.replaceSubrange(12..<16, with: [0, 0, 0, 0]) }
    content.replaceSubrange(damage.offset..<damage.offset + damage.bytes.count, with: damage.bytes)
    try folder.write(content, "bad.spool")
    let error = #expect(throws: FormatError.self) { try SpoolReader(path: folder.file("bad.spool")) }
    #expect(error?.problem == damage.problem)
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(min(damage.offset, 12)))
    #expect(error?.file == folder.file("bad.spool"))
  }

  @Test func partsOfTheHeadAreChecked() throws {
    let folder = try TemporaryFolder()
    let bos = Samples.bos.bytes
    let json = JSONValue.object(Samples.producer.json).serialized(.canonical)
    func error(_ json: [UInt8], _ bos: [UInt8]) throws -> FormatError? {
      try folder.write(head(json, bos), "bad.spool")
      return #expect(throws: FormatError.self) { try SpoolReader(path: folder.file("bad.spool")) }
    }
    #expect(try error(Array("[]".utf8), bos)?.problem == .malformed("not an object"))
    #expect(try error(Array("{} x".utf8), bos)?.byteOffset == 23)
    #expect(try error(Array("{}".utf8), bos)?.field == "producer.model_sha256")
    let lastByte = try error(json, bos.dropLast() + [bos.last! ^ 1])
    #expect(lastByte?.field == "checksum")
    #expect(lastByte?.byteOffset == UInt64(20 + json.count + bos.count - 8))

    var other = Samples.producer
    other.layerCount = 3
    let mismatch = try error(JSONValue.object(other.json).serialized(.canonical), bos)
    #expect(mismatch?.problem == .mismatch(expected: "(L, G, B, D) of [3, 2, 1, 2]", found: "[2, 2, 1, 2]"))
  }

  /// A body that does not fit the producer's shape under a checksum that fits the body: offsets count from its start.
  static let bodies: [(name: String, body: [UInt16], field: String, offset: Int, problem: FormatError.Problem)] = [
    ("empty", [], "id length", 0, .truncated(needed: 2, available: 0)),
    ("id beyond the body", [9, 0], "id", 2, .truncated(needed: 9, available: 2)),
    ("id that is not UTF-8", [2, 0xFFFF, 0, 0, 0], "id", 2, .malformed("not UTF-8")),
    ("no counts", [0, 5], "counts", 4, .truncated(needed: 4, available: 0)),
    ("count beyond the tokens", [0, 1, 2, 0, 0, 1], "positions", 12, .malformed("entry 0 keeps 2 of 1 tokens")),
    ("counts beyond the body", [0, 5, 65535, 65535], "positions", 8, .truncated(needed: 262140, available: 0)),
    ("descending positions", [0, 5, 2, 0, 3, 2], "positions", 12, .malformed("entry 0 has position 2 behind 3 of 5")),
    ("no vectors", [0, 5, 1, 0, 3], "keys", 10, .truncated(needed: 4, available: 0)),
    ("a key without its value", [0, 5, 1, 0, 3, 0, 0], "values", 14, .truncated(needed: 4, available: 0)),
    ("bytes behind the vectors", [0, 5, 1, 0, 3, 0, 0, 0, 0, 7], "record", 18, .malformed("2 bytes too many")),
  ]

  @Test(arguments: bodies.indices)
  func damagedBody(index: Int) throws {
    let damage = Self.bodies[index]
    let folder = try TemporaryFolder()
    var file = ByteWriter()
    file.append(head(JSONValue.object(Samples.producer.json).serialized(.canonical), Samples.bos.bytes))
    let start = file.count
    var body = ByteWriter()
    for number in damage.body { body.integer(number) }
    file.integer(UInt32(body.count))
    file.integer(XXH3.hash64(body.bytes))
    file.append(body.bytes)
    try folder.write(file.bytes, "bad.spool")
    let error = #expect(throws: FormatError.self) { try Samples.readAll(folder.file("bad.spool")) }
    #expect(error?.problem == damage.problem, "\(damage.name)")
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(start + 12 + damage.offset))
    #expect(error?.record == "0")
  }

  @Test func recordLengthsAreBounded() throws {
    let folder = try TemporaryFolder()
    let content = try Samples.content(Samples.spool(folder))
    let start = recordsStart(content)
    for (length, problem) in [
      (UInt32(1 << 29) + 1, FormatError.Problem.outOfRange(found: "536870913", allowed: "536870912")),
      (1 << 29, .truncated(needed: 1 << 29, available: UInt64(content.count - start - 12))),
    ] {
      var damaged = content
      damaged.replaceSubrange(start..<start + 4, with: withUnsafeBytes(of: length.littleEndian) { Array($0) })
      try folder.write(damaged, "bad.spool")
      let error = #expect(throws: FormatError.self) { try Samples.readAll(folder.file("bad.spool")) }
      #expect(error?.problem == problem)
    }
  }

  private func head(_ json: [UInt8], _ bos: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append("M3SPOOL\0".utf8)
    writer.integer(UInt32(1))
    writer.integer(UInt32(json.count))
    writer.integer(UInt32(bos.count))
    writer.append(json)
    writer.append(bos)
    return writer.bytes
  }

  private func recordsStart(_ content: [UInt8]) -> Int {
    20 + Int(content[12]) + Int(content[13]) << 8 + Int(content[16]) + Int(content[17]) << 8
  }
}
