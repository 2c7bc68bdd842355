import M3JSON
import Testing

/// Expects a stage's report to count every record that came in.
func expectBalanced(_ report: JSONObject, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let input = try #require(report["input"]?.integerValue, sourceLocation: sourceLocation)
  let kept = try #require(report["kept"]?.integerValue, sourceLocation: sourceLocation)
  #expect(input > 0, sourceLocation: sourceLocation)
  let rejected = try rejections(report).values.reduce(0, +)
  #expect(input == kept + rejected, sourceLocation: sourceLocation)
}

/// Records that a report says were rejected, by the reason.
func rejections(_ report: JSONObject) throws -> [String: Int64] {
  let members = try #require(report["rejected"]?.objectValue).members
  return try Dictionary(uniqueKeysWithValues: members.map { ($0.key, try #require($0.value.integerValue)) })
}

/// Expects `m3-read report` to find stages, all finished, whose books fit together.
/// - Returns: what went in and what came out of each stage, from the first one's records to the bank's.
func reportedCounts(_ workspace: Workspace, _ paths: [String], stages count: Int) throws -> [Int64] {
  let report = try expect(workspace.run(.read, ["report", "--json"] + paths), Exit.ok).json()
  #expect(report["imbalances"] == .array([]))
  let stages = try #require(report["stages"]?.arrayValue)
  #expect(stages.count == count)
  for stage in stages.compactMap(\.objectValue) {
    #expect(stage["state"] == "finished")
    #expect(stage["tasks_done"] == stage["tasks"])
    #expect(stage["lost_output_files"] == 0)
    try expectBalanced(stage)
  }
  let chains = try #require(report["chains"]?.arrayValue)
  let chain = try #require(chains.first?.objectValue)
  #expect(chains.count == 1)
  #expect(chain["imbalances"] == .array([]))
  #expect(chain["unfinished"] == .array([]))
  let counts = try #require(chain["counts"]?.arrayValue)
  return try counts.map { try #require($0.objectValue?["count"]?.integerValue) }
}
