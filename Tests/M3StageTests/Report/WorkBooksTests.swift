import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite("Books of a report")
struct WorkBooksTests {
  var work: SmallWork

  init() throws { work = try SmallWork() }

  private func report(_ names: String...) throws -> WorkReport { try WorkReport(paths: names.map(work.path)) }

  @Test mutating func aStageThatTakesLessThanItGets() throws {
    try work.chunk()
    work.memoryCount = 25
    try work.encode(takes: 25)
    let report = try report("work")
    #expect(
      report.imbalances == [
        .between(
          from: ["chunk \(work.path("work/references"))"], given: 60, to: "encode \(work.path("work/memories"))",
          taken: 50, what: "references")
      ])
    #expect(report.chains[0].imbalances == report.imbalances)
    #expect(
      report.imbalances[0].description
        == "chunk \(work.path("work/references")) gave 60 references, encode \(work.path("work/memories")) took 50")
  }

  /// The shard stage reads what the chunker gave and what the encoder did; either can differ.
  @Test(arguments: [(31, "references", 60, 62), (29, "references", 60, 58)])
  mutating func aBankOfOtherReferences(count: Int, what: String, given: Int, taken: Int) throws {
    try work.chunk()
    try work.encode()
    work.referenceCount = count
    try work.shard()
    let bank = "shard \(work.path("bank"))"
    #expect(
      try report("work", "bank").imbalances == [
        .between(from: ["chunk \(work.path("work/references"))"], given: given, to: bank, taken: taken, what: what)
      ])
  }

  @Test mutating func aBankOfOtherMemories() throws {
    try work.chunk()
    try work.encode()
    work.memoryCount = 20
    try work.shard()
    #expect(
      try report("work", "bank").imbalances == [
        .between(
          from: ["encode \(work.path("work/memories"))"], given: 58, to: "shard \(work.path("bank"))", taken: 40,
          what: "memories")
      ])
  }

  @Test func aStageWhoseOwnBooksAreWrong() throws {
    try work.chunk()
    try FilePaths.remove(work.path("work/references/report.json"))
    try work.replace("work/references/_done/1-of-2.json") { marker in
      var account = marker["account"]?.objectValue ?? [:]
      account["kept"] = 5
      marker["account"] = .object(account)
    }
    let label = "chunk \(work.path("work/references"))"
    let report = try report("work")
    #expect(report.imbalances == [.within(stage: label, input: 20, kept: 14, rejected: 2)])
    #expect(report.imbalances[0].description == "\(label): 20 came in, 14 were kept and 2 rejected")
  }

  @Test func whatIsNotFinishedIsNotCompared() throws {
    try work.chunk()
    try work.encode(takes: 29)
    #expect(try report("work").imbalances.count == 1)
    try FilePaths.remove(work.path("work/memories/_done/0-of-2.json"))
    #expect(try report("work").imbalances == [])
  }

  /// A file that a filter passes on as it is has two writers; the filter's is the one that was read.
  @Test(arguments: [false, true])
  func theLatestWriterOfAContentCounts(changing: Bool) throws {
    try work.chunk()
    try work.filter(changing: changing)
    try work.encode(input: "work/filtered")
    let report = try report("work")
    #expect(report.imbalances == [])
    #expect(report.chains.map { $0.counts.map(\.count) } == [[20, 60, 60, 58]])
  }

  @Test func theNearestOfTwoCopiesCounts() throws {
    for name in ["first", "second"] {
      try work.chunk("\(name)/references")
      try work.encode("\(name)/memories", input: "\(name)/references")
    }
    let stages = try #require(try report("first", "second").json["stages"]?.arrayValue)
    let reads = stages.compactMap { $0.objectValue?["reads"] }
    #expect(
      reads == [
        [], [], [.string(work.path("first/references"))], [.string(work.path("second/references"))],
      ])
  }
}
