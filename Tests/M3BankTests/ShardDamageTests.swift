import Glibc
import M3Bank
import M3Bytes
import M3TestSupport
import Testing

/// Accidents to a shard's bytes: each is found when the shard is opened or the record is read.
@Suite struct ShardDamageTests {
  let folder: TemporaryFolder
  let bytes: [UInt8]
  let records = Samples.records()

  init() throws {
    folder = try TemporaryFolder()
    try Samples.writeShard(folder)
    bytes = try folder.read("shard-00000.m3s")
  }

  /// Reads everything: the records that came back whole, or nil where the shard does not open.
  private func readAll(_ damaged: [UInt8]) throws -> [BankRecord?]? {
    try folder.write(damaged, "damaged")
    let reader: ShardReader
    do { reader = try ShardReader(path: folder.file("damaged")) } catch is FormatError { return nil }
    return try (0..<reader.count).map { position in
      do { return try reader.record(at: position) } catch is FormatError { return nil }
    }
  }

  @Test func everyBitFlipIsFound() throws {
    #expect(try readAll(bytes) == records)
    let frames = 96..<ShardEditor(bytes, recordCount: records.count).index
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let found = try readAll(damaged)
      guard frames.contains(bit / 8) else {
        #expect(found == nil, "bit \(bit) was not found when the shard was opened")
        continue
      }
      // Exactly the record with the flipped bit is refused, the others are what they were.
      let refused = try #require(found).enumerated().filter { $0.element == nil }.map(\.offset)
      #expect(refused.count == 1, "bit \(bit)")
      for (position, record) in try #require(found).enumerated() where record != nil {
        #expect(record == records[position], "bit \(bit)")
      }
    }
  }

  @Test func everyTruncationIsFound() throws {
    for length in 0..<bytes.count {
      #expect(try readAll(Array(bytes[..<length])) == nil, "length \(length)")
      #expect(try readAll(Array(bytes[(bytes.count - length)...])) == nil, "last \(length)")
    }
  }

  @Test(arguments: [1, 2, 56, 4096]) func growthIsFound(extra: Int) throws {
    #expect(try readAll(bytes + [UInt8](repeating: 0, count: extra)) == nil)
    #expect(try readAll(bytes + bytes.suffix(min(extra, bytes.count))) == nil)
  }

  /// Sizes that no shard can have are refused before anything is read.
  @Test(arguments: [0, 211, 1 << 30 + 1]) func impossibleSizesAreNamed(size: Int) throws {
    try folder.write([], "sized")
    try #require(truncate(folder.file("sized"), size) == 0)
    let error = #expect(throws: FormatError.self) { try ShardReader(path: folder.file("sized")) }
    let expected: FormatError.Problem =
      size > 1 << 30
      ? .outOfRange(found: "\(size)", allowed: "212 … \(1 << 30)") : .truncated(needed: 212, available: UInt64(size))
    #expect(error?.problem == expected)
  }

  @Test func swappedFramesOfOneLengthAreFound() throws {
    let parts = (0..<2).map { Samples.Parts(id: "id\($0)", source: [], text: "text", payload: [UInt8($0)]) }
    try Samples.writeShard(folder, name: "equal", parts: parts)
    var editor = ShardEditor(try folder.read("equal"), recordCount: 2)
    let (one, other) = (Array(editor.bytes[editor.frame(0)]), Array(editor.bytes[editor.frame(1)]))
    try #require(one.count == other.count)
    editor.bytes.replaceSubrange(editor.frame(0), with: other)
    editor.bytes.replaceSubrange(editor.frame(1), with: one)
    #expect(try readAll(editor.bytes) == [nil, nil])
  }

  /// Every way to take the head of one shard and the tail of another, at the borders of their parts.
  @Test func splicedShardsAreFound() throws {
    try Samples.writeShard(folder, Samples.identity(0, bank: 0x10), name: "other")
    let other = try folder.read("other")
    try #require(other.count == bytes.count)
    let editor = ShardEditor(bytes, recordCount: records.count)
    let borders = [45, 96, editor.frame(1).lowerBound, editor.index, editor.entry(1), editor.key(0), editor.footer]
    for border in borders {
      let spliced = Array(bytes[..<border] + other[border...])
      let found = try readAll(spliced)
      #expect(found == nil, "border \(border)")
    }
  }

  /// A frame of another bank, at the same place and with the same number.
  @Test func aFrameOfAnotherBankIsFound() throws {
    var parts = Samples.parts()
    parts[0].payload.reverse()
    try Samples.writeShard(folder, Samples.identity(0, bank: 0x10), name: "other", parts: parts)
    let other = try folder.read("other")
    let frame = ShardEditor(bytes, recordCount: records.count).frame(0)
    try #require(other.count == bytes.count && ShardEditor(other, recordCount: records.count).frame(0) == frame)
    var spliced = bytes
    spliced.replaceSubrange(frame, with: other[frame])
    let found = try #require(try readAll(spliced))
    #expect(found[0] == nil)
    #expect(Array(found[1...]) == Array(records[1...]))
  }

  @Test func aShardThatIsCutWhileOpenGivesAnError() throws {
    try folder.write(bytes, "open")
    let reader = try ShardReader(path: folder.file("open"))
    try #require(truncate(folder.file("open"), 100) == 0)
    let error = #expect(throws: FormatError.self) { try reader.record(at: 1) }
    #expect(error?.file == folder.file("open"))
    #expect(error?.record == "1")
    #expect(error?.byteOffset == reader.entry(at: 1).offset)
    guard case .truncated = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aShardThatIsRewrittenWhileOpenGivesAnError() throws {
    try folder.write(bytes, "open")
    let reader = try ShardReader(path: folder.file("open"))
    try folder.write([UInt8](repeating: 0x55, count: bytes.count), "open")
    for position in 0..<reader.count {
      let error = #expect(throws: FormatError.self) { try reader.record(at: position) }
      #expect(error?.field == "record sum")
    }
  }

  @Test func aShardThatIsReplacedByRenamingIsReadOn() throws {
    try folder.write(bytes, "open")
    let reader = try ShardReader(path: folder.file("open"))
    try folder.write([1, 2, 3], "new")
    try #require(rename(folder.file("new"), folder.file("open")) == 0)
    #expect(try (0..<reader.count).map { try reader.record(at: $0) } == records)
  }
}
