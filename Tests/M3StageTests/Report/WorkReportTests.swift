import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite("Report of the work")
struct WorkReportTests {
  let work: SmallWork

  init() throws { work = try SmallWork() }

  private func report(_ names: String...) throws -> WorkReport { try WorkReport(paths: names.map(work.path)) }
  private func folders(_ report: WorkReport) -> [String] {
    report.stages.map { String($0.folder.path.dropFirst(work.root.path.count + 1)) }
  }

  @Test func stagesComeInTheOrderOfThePipeline() throws {
    try work.chunk()
    try work.encode()
    try work.shard()
    let report = try report("bank", "work")
    #expect(folders(report) == ["work/references", "work/memories", "bank"])
    #expect(report.stages.map(\.stage.name) == ["chunk", "encode", "shard"])
    #expect(report.emptyPaths == [])
  }

  @Test func figuresAreSumsOverTheTasks() throws {
    try work.chunk()
    let stage = try report("work").stages[0]
    #expect(stage.state == .finished)
    #expect(stage.taskCount == 2)
    #expect(stage.doneCount == 2)
    #expect(stage.account.input == 20)
    #expect(stage.account.kept == 18)
    #expect(stage.account.rejected == ["no_text": 2])
    #expect(stage.account.totals == ["references": 60, "tokens": 600])
    #expect(stage.rejectedCount == 2)
    #expect(stage.givenCount == 60)
    #expect(stage.inputByteCount == 28)
    // "chunk 0" and "chunk 1".
    #expect(stage.outputByteCount == 14)
    #expect(stage.outputCount == 2)
    #expect(stage.lostOutputCount == 0)
    #expect(stage.isBalanced)
  }

  @Test func tasksThatAreMissing() throws {
    try work.chunk(only: [1])
    let report = try report("work/references")
    #expect(report.stages[0].state == .unfinished)
    #expect(report.stages[0].taskCount == 2)
    #expect(report.stages[0].doneCount == 1)
    #expect(report.stages[0].account.input == 10)
    #expect(report.chains[0].unfinished == ["chunk \(work.path("work/references"))"])
    #expect(report.imbalances == [])
  }

  @Test func aLastStepThatIsMissing() throws {
    try work.chunk()
    try FilePaths.remove(work.path("work/references/report.json"))
    #expect(try report("work").stages[0].state == .unclosed)
  }

  @Test func aReportOfAnotherPlanIsNone() throws {
    try work.chunk()
    try work.replace("work/references/report.json") { $0["fingerprint"] = "other" }
    #expect(try report("work").stages[0].state == .unclosed)
  }

  @Test func filesThatAreGoneOrOfAnotherSize() throws {
    try work.chunk()
    try FilePaths.remove(work.path("work/references/part-00000"))
    #expect(try report("work").stages[0].lostOutputCount == 1)
    try work.replace("work/references/part-00001", "longer than it was")
    #expect(try report("work").stages[0].lostOutputCount == 2)
    #expect(try report("work").stages[0].state == .finished)
  }

  @Test func theWayFromDocumentsToRecords() throws {
    try work.chunk()
    try work.encode()
    try work.shard()
    let chains = try report("work", "bank").chains
    #expect(chains.count == 1)
    #expect(chains[0].end.folder.path == work.path("bank"))
    #expect(chains[0].counts.map(\.what) == ["documents", "references", "memories", "records"])
    #expect(chains[0].counts.map(\.count) == [20, 60, 58, 58])
    #expect(chains[0].bytesPerReference == 100)
    #expect(chains[0].imbalances == [])
    #expect(chains[0].unfinished == [])
  }

  @Test func everyStageThatNobodyReadsEndsAChain() throws {
    try work.chunk()
    try work.encode("work/memories")
    try work.encode("work/other")
    let chains = try report("work").chains
    #expect(chains.map(\.end.folder.path) == [work.path("work/memories"), work.path("work/other")])
    #expect(chains.map { $0.counts.map(\.count) } == [[20, 60, 58], [20, 60, 58]])
  }

  @Test func aBankAlone() throws {
    try work.chunk()
    try work.encode()
    try work.shard()
    let chain = try report("bank").chains[0]
    #expect(chain.counts.map(\.count) == [60, 58])
    #expect(chain.imbalances == [])
  }

  @Test(arguments: ["json", "text"])
  func otherProgramsGetIntegersAndTexts(_ form: String) throws {
    try work.chunk()
    try work.encode()
    for name in ["references", "memories"] {
      for task in 0..<2 {
        try work.replace(
          "work/\(name)/_runs/\(task)-of-2.json",
          #"{"cpu_milliseconds":1500,"peak_memory_bytes":4096,"wall_milliseconds":1000,"workers":2}"#)
      }
    }
    let json = try report("work", "none").json
    if form == "text" {
      let bytes = JSONValue.object(json).serialized(.canonical)
      #expect(try JSONValue.parseCanonical(bytes) == .object(json))
      return
    }
    let (references, memories) = (work.path("work/references"), work.path("work/memories"))
    #expect(
      json == [
        "chains": [
          [
            "bytes_per_reference": 0,
            "counts": [
              ["count": 20, "what": "documents"], ["count": 60, "what": "references"],
              ["count": 58, "what": "memories"],
            ],
            "folder": .string(memories), "imbalances": [], "stage": "encode", "unfinished": [],
          ]
        ],
        "imbalances": [],
        "paths_without_stages": [.string(work.path("none"))],
        "stages": [
          [
            "folder": .string(references), "input": 20, "input_bytes": 28, "kept": 18, "lost_output_files": 0,
            "output_bytes": 14, "output_files": 2, "reads": [], "rejected": ["no_text": 2],
            "runs": [
              "cpu_milliseconds": 3000, "input": 20, "peak_memory_bytes": 4096, "tasks": 2, "thread_milliseconds": 4000,
              "tokens": 600,
              "wall_milliseconds": 2000,
            ],
            "stage": "chunk", "state": "finished", "tasks": 2, "tasks_done": 2,
            "totals": ["references": 60, "tokens": 600],
          ],
          [
            "folder": .string(memories), "input": 60, "input_bytes": 14, "kept": 58, "lost_output_files": 0,
            "output_bytes": 16, "output_files": 2, "reads": [.string(references)], "rejected": ["too_long": 2],
            "runs": [
              "cpu_milliseconds": 3000, "input": 60, "peak_memory_bytes": 4096, "tasks": 2, "thread_milliseconds": 4000,
              "tokens": 580,
              "wall_milliseconds": 2000,
            ],
            "stage": "encode", "state": "finished", "tasks": 2, "tasks_done": 2, "totals": ["tokens": 580],
          ],
        ],
      ])
  }
}
