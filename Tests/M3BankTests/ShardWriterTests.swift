import M3Bank
import M3Bytes
import M3TestSupport
import Testing

@Suite struct ShardWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  struct Excess: CustomTestStringConvertible, Sendable {
    var field: String
    var id = "id"
    var source = 0
    var text = 0
    var payload = 0
    var testDescription: String { field }
  }

  @Test(arguments: [
    Excess(field: "id length", id: ""),
    Excess(field: "id length", id: String(repeating: "i", count: ShardLimits.idLength + 1)),
    Excess(field: "source length", source: ShardLimits.sourceLength + 1),
    Excess(field: "text length", text: ShardLimits.textLength + 1),
    Excess(field: "raw length", payload: ShardLimits.recordSize - 11),
  ])
  func partsOverTheirLimitsAreRefused(excess: Excess) throws {
    let writer = try ShardWriter(path: folder.file("s"), identity: Samples.identity(), count: 1)
    let error = #expect(throws: FormatError.self) {
      try writer.append(
        id: excess.id, source: Generator.constant(excess.source), text: String(repeating: "t", count: excess.text),
        payload: Generator.constant(excess.payload))
    }
    #expect(error?.field == excess.field)
    #expect(error?.record == excess.id)
    // Nothing of it was written: the shard can go on with another record.
    try writer.append(id: "id", source: [], text: "", payload: [])
    _ = try writer.commit()
    #expect(try ShardReader(path: folder.file("s")).record(at: 0).id == "id")
  }

  @Test(arguments: [0, -1, ShardLimits.recordCount + 1]) func countsOutOfRangeAreRefused(count: Int) throws {
    let error = #expect(throws: FormatError.self) {
      try ShardWriter(path: folder.file("s"), identity: Samples.identity(), count: count)
    }
    #expect(error?.field == "record count")
    #expect(try FilePaths.list(folder.path).isEmpty)
  }

  @Test func tooFewAndTooManyRecordsAreRefused() throws {
    do {
      let writer = try ShardWriter(path: folder.file("s"), identity: Samples.identity(), count: 2)
      try writer.append(id: "a", source: [], text: "", payload: [])
      let few = #expect(throws: FormatError.self) { try writer.commit() }
      #expect(few?.problem == .mismatch(expected: "2 records", found: "1"))
      try writer.append(id: "b", source: [], text: "", payload: [])
      let many = #expect(throws: FormatError.self) { try writer.append(id: "c", source: [], text: "", payload: []) }
      #expect(many?.field == "record count")
    }
    #expect(try FilePaths.list(folder.path).isEmpty, "a writer that did not commit leaves nothing")
  }

  @Test func anIDThatStandsTwiceIsRefused() throws {
    let writer = try ShardWriter(path: folder.file("s"), identity: Samples.identity(), count: 3)
    for id in ["same", "other", "same"] { try writer.append(id: id, source: [], text: "", payload: []) }
    let error = #expect(throws: FormatError.self) { try writer.commit() }
    #expect(error?.problem == .duplicate("at positions 0 and 2"))
    #expect(error?.record == "same")
  }
}
