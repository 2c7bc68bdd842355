import Glibc
import M3Bank
import M3Bytes
import M3TestSupport
import Testing

/// Fields with wrong values and sums that fit: what the grammar itself refuses, and where.
@Suite struct ShardRefusalTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  struct Forgery: CustomTestStringConvertible, Sendable {
    var name: String
    var field: String
    /// Given the untouched shard.
    var offset: @Sendable (ShardEditor) -> Int
    var edit: @Sendable (inout ShardEditor) -> Void
    var testDescription: String { name }

    init(
      _ name: String, _ field: String, _ offset: @escaping @Sendable (ShardEditor) -> Int,
      _ edit: @escaping @Sendable (inout ShardEditor) -> Void
    ) {
      (self.name, self.field, self.offset, self.edit) = (name, field, offset, edit)
    }

    /// One field, whose sums are made to fit.
    static func value(
      _ name: String, _ field: String, _ size: Int, _ value: UInt64,
      _ offset: @escaping @Sendable (ShardEditor) -> Int
    ) -> Forgery {
      Forgery(name, field, offset) {
        $0.set(offset($0), size, value)
        $0.reseal()
      }
    }
  }

  static let header: [Forgery] = [
    .value("header magic of a frame", "header frame", 4, 0x184D_2A51) { _ in 0 },
    .value("header frame size", "header frame size", 4, 89) { _ in 4 },
    .value("magic", "magic", 8, 0) { _ in 8 },
    .value("major version", "major version", 2, 2) { _ in 16 },
    .value("incompatible feature", "incompatible features", 4, 1 << 5) { _ in 20 },
    .value("no records", "record count", 4, 0) { _ in 28 },
    .value("too many records", "record count", 4, 1 << 20 + 1) { _ in 28 },
    .value("shard number of six digits", "shard number", 4, 100_000) { _ in 32 },
    .value("shard number of another", "shard number", 4, 1) { _ in 32 },
    .value("reserved", "reserved", 4, 1) { _ in 36 },
    .value("bank id", "bank id", 1, 0) { _ in 40 },
    .value("configuration hash", "configuration hash", 1, 0) { _ in 56 },
  ]

  static let footer: [Forgery] = [
    .value("end magic", "end magic", 8, 0) { $0.footer + 48 },
    .value("file length", "file length", 8, 1 << 40) { $0.footer + 32 },
    .value("index length of nothing", "index length", 8, 7) { $0.footer + 8 },
    .value("index length of no record", "index length", 8, 8) { $0.footer + 8 },
    .value("index length that is no whole number of entries", "index length", 8, 8 + 52 * 4 + 1) { $0.footer + 8 },
    .value("index length that overflows", "index length", 8, .max) { $0.footer + 8 },
    .value("index offset", "index offset", 8, 96) { $0.footer },
    .value("index offset beyond the file", "index offset", 8, .max) { $0.footer },
    Forgery("index longer than the file", "index offset", { $0.footer }) {
      $0.set($0.footer + 8, 8, 8 + 52 << 19)
      $0.resealFooter()
    },
    Forgery("header sum in the footer", "header sum in the footer", { $0.footer + 24 }) {
      $0.set($0.footer + 24, 8, 1)
      $0.resealFooter()
    },
    Forgery("index sum", "index sum", { $0.index }) {
      $0.set($0.footer + 16, 8, 1)
      $0.resealFooter()
    },
    Forgery("record count of the header only", "index length", { $0.footer + 8 }) {
      $0.set(28, 4, 4)
      $0.reseal()
    },
  ]

  static let index: [Forgery] = [
    .value("index magic of a frame", "index frame", 4, 0) { $0.index },
    .value("index frame size", "index frame size", 4, 0) { $0.index + 4 },
    .value("record number", "record number", 8, 3) { $0.entry(1) },
    .value("a hole before the first record", "record offset", 8, 97) { $0.entry(0) + 8 },
    .value("an overlap", "record offset", 8, 96) { $0.entry(1) + 8 },
    .value("an offset that overflows", "record offset", 8, .max) { $0.entry(4) + 8 },
    .value("an empty frame", "compressed length", 4, 0) { $0.entry(0) + 16 },
    .value("a frame beyond the index", "compressed length", 4, 0xFFFF_FFFF) { $0.entry(4) + 16 },
    .value("a raw record too short", "raw length", 4, 10) { $0.entry(0) + 20 },
    .value("a raw record over the limit", "raw length", 4, 1 << 26 + 1) { $0.entry(0) + 20 },
    .value("a text longer than its record", "text length", 4, 1 << 16) { $0.entry(0) + 24 },
    .value("flags", "flags", 4, 1) { $0.entry(2) + 28 },
    Forgery("a frame that leaves the last one no room", "compressed length", { $0.entry(4) + 16 }) {
      $0.set($0.entry(3) + 16, 4, UInt64($0.index) - $0.get($0.entry(3) + 8, 8))
      $0.set($0.entry(4) + 8, 8, UInt64($0.index))
      $0.reseal()
    },
    Forgery("the last frame too short", "end of the records", { $0.index - 1 }) {
      $0.set($0.entry(4) + 16, 4, $0.get($0.entry(4) + 16, 4) - 1)
      $0.reseal()
    },
    .value("a position beyond the count", "key position", 4, 5) { $0.key(0) + 8 },
    Forgery("a position twice", "key position", { $0.key(1) + 8 }) {
      $0.set($0.key(1) + 8, 4, $0.get($0.key(0) + 8, 4))
      $0.reseal()
    },
    Forgery("keys out of order", "key table", { $0.key(1) }) {
      let (first, second) = ($0.key(0), $0.key(1))
      let swapped = Array($0.bytes[second..<second + 12] + $0.bytes[first..<first + 12])
      $0.bytes.replaceSubrange(first..<first + 24, with: swapped)
      $0.reseal()
    },
  ]

  @Test(arguments: header + footer + index) func forgeriesAreRefusedWhenTheShardIsOpened(forgery: Forgery) throws {
    try Samples.writeShard(folder)
    let untouched = ShardEditor(try folder.read("shard-00000.m3s"), recordCount: Samples.parts().count)
    var editor = untouched
    forgery.edit(&editor)
    try folder.write(editor.bytes, "forged")
    let error = #expect(throws: FormatError.self) {
      try ShardReader(path: folder.file("forged"), expecting: Samples.identity())
    }
    #expect(error?.field == forgery.field)
    #expect(error?.byteOffset == UInt64(forgery.offset(untouched)))
    #expect(error?.file == folder.file("forged"))
  }

  @Test func anUnknownFeatureIsNamed() throws {
    try Samples.writeShard(folder)
    var editor = ShardEditor(try folder.read("shard-00000.m3s"), recordCount: 5)
    editor.set(20, 4, 1 << 31)
    editor.reseal()
    try folder.write(editor.bytes, "forged")
    let error = #expect(throws: FormatError.self) { try ShardReader(path: folder.file("forged")) }
    #expect(error?.problem == .unsupported(found: "incompatible feature bit 31"))
  }

  /// A file of holes, of which nothing is read.
  @Test func aFileOverTheLimitIsRefused() throws {
    try Samples.writeShard(folder)
    try #require(truncate(folder.file("shard-00000.m3s"), 1 << 30 + 1) == 0)
    let error = #expect(throws: FormatError.self) { try ShardReader(path: folder.file("shard-00000.m3s")) }
    #expect(error?.field == "shard size")
  }

  /// What a later minor version may do: an old reader reads on.
  @Test func compatibleFeaturesAndMinorVersionsAreRead() throws {
    try Samples.writeShard(folder)
    var editor = ShardEditor(try folder.read("shard-00000.m3s"), recordCount: 5)
    editor.set(18, 2, 9)
    editor.set(24, 4, 0xFFFF_FFFF)
    editor.reseal()
    try folder.write(editor.bytes, "later")
    let reader = try ShardReader(path: folder.file("later"), expecting: Samples.identity())
    #expect(try reader.record(at: 0) == Samples.records()[0])
  }

  struct RawForgery: CustomTestStringConvertible, Sendable {
    var field: String
    var raw: [UInt8]
    var testDescription: String { field }
  }

  /// Records whose sums fit and whose content breaks the grammar. The index says: text of 4 bytes.
  @Test(arguments: [
    RawForgery(field: "id length at byte 0 of the raw record", raw: [0, 0, 97, 0, 0, 0, 0, 4, 0, 0, 0] + "text".utf8),
    RawForgery(field: "id length at byte 0 of the raw record", raw: [1, 16, 97, 0, 0, 0, 0, 4, 0, 0, 0] + "text".utf8),
    RawForgery(field: "id at byte 2 of the raw record", raw: [0, 16, 97, 0, 0, 0, 0, 4, 0, 0, 0] + "text".utf8),
    RawForgery(field: "id at byte 2 of the raw record", raw: [1, 0, 0xFF, 0, 0, 0, 0, 4, 0, 0, 0] + "text".utf8),
    RawForgery(field: "source at byte 7 of the raw record", raw: [1, 0, 97, 9, 0, 0, 0, 4, 0, 0, 0] + "text".utf8),
    RawForgery(
      field: "source length at byte 3 of the raw record", raw: [1, 0, 97, 0, 0, 0, 0xFF, 4, 0, 0, 0] + "text".utf8),
    RawForgery(
      field: "text length at byte 7 of the raw record", raw: [1, 0, 97, 0, 0, 0, 0, 3, 0, 0, 0] + "text".utf8),
    RawForgery(
      field: "text length at byte 7 of the raw record", raw: [1, 0, 97, 0, 0, 0, 0, 5, 0, 0, 0] + "texts".utf8),
    RawForgery(
      field: "text at byte 11 of the raw record", raw: [1, 0, 97, 0, 0, 0, 0, 4, 0, 0, 0, 0x74, 0xC3, 0x28, 0x74]),
  ])
  func forgedRecordsAreRefused(forgery: RawForgery) throws {
    let part = Samples.Parts(id: "a", source: [], text: "text", payload: [])
    try Samples.writeShard(folder, parts: [part])
    let reader = try ShardReader(path: try forge(ZstdFrame.compress(forgery.raw, level: 3), raw: forgery.raw.count))
    let error = #expect(throws: FormatError.self) { try reader.record(at: 0) }
    #expect(error?.field == forgery.field)
    #expect(error?.record == "0")
    #expect(error?.byteOffset == 96)
    let buffered = #expect(throws: FormatError.self) {
      try reader.withPayload(at: 0, buffers: RecordBuffers()) { _, _, _ in }
    }
    #expect(buffered == error)
  }

  @Test func aFrameOfAnotherSizeOrMoreThanOneFrameIsRefused() throws {
    let part = Samples.Parts(id: "a", source: [], text: "text", payload: [])
    try Samples.writeShard(folder, parts: [part])
    let raw = Samples.raw(part)
    let frame = ZstdFrame.compress(raw, level: 3)
    #expect(try ShardReader(path: forge(frame, raw: raw.count)).record(at: 0).text == "text")
    for (bytes, length) in [
      (frame, raw.count + 1), (frame + frame, raw.count), (frame + [0], raw.count), (raw, raw.count),
    ] {
      let reader = try ShardReader(path: forge(bytes, raw: length))
      let error = #expect(throws: FormatError.self) { try reader.record(at: 0) }
      #expect(error?.field == "record")
      let buffered = #expect(throws: FormatError.self) {
        try reader.withPayload(at: 0, buffers: RecordBuffers()) { _, _, _ in }
      }
      #expect(buffered == error)
    }
  }

  /// A shard of one record with this frame, and sums that fit.
  private func forge(_ frame: [UInt8], raw: Int) throws -> String {
    var editor = ShardEditor(try folder.read("shard-00000.m3s"), recordCount: 1)
    editor.bytes.replaceSubrange(editor.frame(0), with: frame)
    editor.set(editor.entry(0) + 16, 4, UInt64(frame.count))
    editor.set(editor.entry(0) + 20, 4, UInt64(raw))
    editor.set(editor.footer, 8, UInt64(editor.index))
    editor.set(editor.footer + 32, 8, UInt64(editor.bytes.count))
    editor.resealRecord(0)
    editor.reseal()
    try folder.write(editor.bytes, "forged")
    return folder.file("forged")
  }
}
