import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite("Costs of a report")
struct RunSummaryTests {
  let work: SmallWork

  init() throws { work = try SmallWork() }

  private func record(_ task: Int, cpu: Int, wall: Int, memory: Int) throws {
    try work.replace(
      "work/references/_runs/\(task)-of-2.json",
      #"{"cpu_milliseconds":\#(cpu),"peak_memory_bytes":\#(memory),"wall_milliseconds":\#(wall),"workers":2}"#)
  }

  private var runs: RunSummary { get throws { try WorkReport(paths: [work.path("work")]).stages[0].runs } }

  @Test func sumsAndTheLargestMemory() throws {
    try work.chunk()
    try record(0, cpu: 1500, wall: 1000, memory: 5 << 20)
    try record(1, cpu: 2500, wall: 4000, memory: 3 << 20)
    let runs = try runs
    #expect(runs.taskCount == 2)
    #expect(runs.cpuMilliseconds == 4000)
    #expect(runs.wallMilliseconds == 5000)
    #expect(runs.peakMemoryBytes == 5 << 20)
    #expect(runs.inputCount == 20)
    #expect(runs.tokenCount == 600)
    // 600 tokens in 4 s of CPU; 20 documents in 5 s.
    #expect(runs.tokensPerCPUSecond == 150)
    #expect(runs.recordsPerSecond == 4)
    // 4 s of CPU in 5 s of two threads.
    #expect(runs.utilization == 0.4)
  }

  /// Rates are of the tasks whose cost is known.
  @Test func aRecordThatIsMissing() throws {
    try work.chunk()
    try record(0, cpu: 1500, wall: 1000, memory: 5 << 20)
    try FilePaths.remove(work.path("work/references/_runs/1-of-2.json"))
    let runs = try runs
    #expect(runs.taskCount == 1)
    #expect(runs.inputCount == 10)
    #expect(runs.tokensPerCPUSecond == 200)
    #expect(runs.recordsPerSecond == 10)
  }

  @Test func aRecordOfATaskThatIsNotDoneIsNotCounted() throws {
    try work.chunk()
    try FilePaths.remove(work.path("work/references/_done/1-of-2.json"))
    #expect(try runs.taskCount == 1)
  }

  @Test func tooShortToMeasure() throws {
    try work.chunk()
    try record(0, cpu: 0, wall: 0, memory: 0)
    try record(1, cpu: 0, wall: 0, memory: 0)
    #expect(try runs.tokensPerCPUSecond == nil)
    #expect(try runs.recordsPerSecond == nil)
    #expect(try runs.utilization == nil)
  }

  @Test func aRunLeavesItsCost() throws {
    try work.chunk()
    let runs = try runs
    #expect(runs.taskCount == 2)
    // No process of Swift's has less.
    #expect(runs.peakMemoryBytes > 1 << 20)
  }
}
