import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("Tasks of one stage in processes of their own")
struct TaskArrayTests {
  /// Four files of a document, a task each.
  private static func documents() throws -> Workspace {
    let workspace = Workspace()
    for file in Corpus.files(4, documents: 1) { try workspace.write(file.text, "documents/\(file.name)") }
    return workspace
  }

  private static let division = ["--set", "task_bytes=1"]

  private func chunk(
    _ workspace: Workspace, _ verb: [String] = [], _ more: [String] = [], environment: [String: String] = [:],
    to output: String = "references"
  ) throws -> ToolRun {
    try workspace.run(
      .chunk,
      verb + ["--input", "documents", "--output", output, "--model", Model.tiny, "--max-tokens", "48"] + Self.division
        + more, environment: environment)
  }

  @Test("the plan tells the number of tasks, and running them in any order gives what one run gives")
  func array() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, to: "whole"), Exit.ok)
    let plan = expect(try chunk(workspace, ["plan"]), Exit.ok)
    #expect(plan.output == "4\n")
    #expect(try chunk(workspace, ["plan"]).output == "4\n")
    for index in [2, 0, 3] {
      expect(
        try chunk(workspace, [], ["--task-index", "\(index)", "--task-count", "4"]), Exit.ok, ["task \(index) of 4"])
    }
    #expect(try chunk(workspace, [], ["--list-missing"]).output == "1\n")
    expect(try workspace.encode(), Exit.missing, ["task 1-of-4 has no marker"])
    expect(try chunk(workspace, [], ["--task-index", "1"]), Exit.ok)
    #expect(try chunk(workspace, [], ["--list-missing"]).output == "")
    expect(try chunk(workspace, [], ["--task-index", "1"]), Exit.ok, ["nothing to do: task 1 of 4 is done"])
    expect(try chunk(workspace), Exit.ok, ["nothing to do: 4 of 4 tasks are done"])
    #expect(try workspace.snapshot("references") == workspace.snapshot("whole"))
  }

  @Test("every stage's array gives the bank of single runs")
  func pipeline() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace), Exit.ok)
    expect(try workspace.encode(to: "memories"), Exit.ok)
    expect(try workspace.shard(), Exit.ok)

    let model = ["--model", Model.tiny]
    let calls: [(Tool, [String])] = [
      (.encode, ["--input", "references", "--output", "array/memories"] + model),
      (.shard, ["--input", "array/memories", "--references", "references", "--output", "array/bank"]),
    ]
    for (tool, arguments) in calls {
      #expect(try workspace.run(tool, ["plan"] + arguments).output == "4\n")
      for index in [3, 1, 0, 2] {
        expect(try workspace.run(tool, arguments + ["--task-index", "\(index)"]), Exit.ok)
      }
      #expect(try workspace.run(tool, arguments + ["--list-missing"]).output == "")
    }
    for folder in ["memories", "bank", "bank.stage"] {
      #expect(try workspace.snapshot("array/\(folder)") == workspace.snapshot(folder), "\(folder)")
    }
    expect(try workspace.run(.verify, ["array/bank"]), Exit.ok)
  }

  @Test(
    "drivers tell the index by variables",
    arguments: [
      ["M3_TASK_INDEX": "2"], ["SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_COUNT": "1"],
      ["JOB_COMPLETION_INDEX": "2"], ["M3_TASK_INDEX": "2", "SLURM_ARRAY_TASK_ID": "0", "JOB_COMPLETION_INDEX": "1"],
    ])
  func variables(_ environment: [String: String]) throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, ["plan"], environment: environment), Exit.ok)
    expect(try chunk(workspace, environment: environment), Exit.ok, ["task 2 of 4"])
    #expect(try chunk(workspace, [], ["--list-missing"], environment: environment).output == "0\n1\n3\n")
    expect(try chunk(workspace, [], ["--task-index", "1"], environment: environment), Exit.ok, ["task 1 of 4"])
    expect(
      try chunk(workspace, [], ["--task-index", "1", "--task-offset", "2"], environment: environment), Exit.ok,
      ["task 3 of 4"])
  }

  @Test(
    "an index or a count that is not the plan's",
    arguments: [
      (["--task-index", "4"], "the plan has 4 tasks"), (["--task-index", "-1"], "--task-index"),
      (["--task-index", "0", "--task-count", "3"], "the plan has 4 tasks"),
      (["--task-count", "5"], "the plan has 4 tasks"),
      (["--list-missing", "--task-count", "5"], "the plan has 4 tasks"),
      (["--task-index", "3", "--task-offset", "1"], "the plan has 4 tasks"),
      (["--task-index", "9223372036854775807", "--task-offset", "1"], "out of range"),
    ])
  func wrongIndex(_ more: [String], _ message: String) throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, ["plan"]), Exit.ok)
    expect(try chunk(workspace, [], more), Exit.usage, [message])
    #expect(try workspace.snapshot("references").keys.sorted() == ["plan.json"])
  }

  @Test("a variable that is no index", arguments: ["x", "-1", "1.5", "18446744073709551616"])
  func wrongVariable(_ value: String) throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, ["plan"]), Exit.ok)
    expect(
      try chunk(workspace, environment: ["SLURM_ARRAY_TASK_ID": value]), Exit.usage, ["SLURM_ARRAY_TASK_ID=\(value)"])
  }

  @Test("the first call makes the plan, whatever it is")
  func withoutPlan() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, to: "whole"), Exit.ok)
    #expect(try chunk(workspace, [], ["--list-missing"]).output == "0\n1\n2\n3\n")
    #expect(try workspace.snapshot("references").keys.sorted() == ["plan.json"])
    #expect(try workspace.read("references/plan.json") == workspace.read("whole/plan.json"))

    let other = try Self.documents()
    expect(try chunk(other, [], ["--task-index", "2"]), Exit.ok, ["task 2 of 4"])
    #expect(try other.read("references/plan.json") == workspace.read("whole/plan.json"))
    expect(try chunk(other, [], ["--task-index", "4"], to: "refused"), Exit.usage, ["the plan has 4 tasks"])
  }

  @Test("tasks that begin together make one plan")
  func togetherWithoutPlan() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, to: "whole"), Exit.ok)
    try together(workspace)
  }

  @Test("a task of other settings or inputs is refused with the difference")
  func changed() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, ["plan"]), Exit.ok)
    expect(
      try chunk(workspace, [], ["--task-index", "0", "--set", "title_field=name"]), Exit.badData,
      ["title_field: \"title\" there, \"name\" now"])
    try workspace.write("{}", "documents/9.jsonl")
    expect(
      try chunk(workspace, [], ["--task-index", "0"]), Exit.badData, ["input 9.jsonl: not there before"])
  }

  @Test("tasks at the same time, each in a process of its own")
  func together() throws {
    let workspace = try Self.documents()
    expect(try chunk(workspace, to: "whole"), Exit.ok)
    expect(try chunk(workspace, ["plan"]), Exit.ok)
    try together(workspace)
  }

  private func together(_ workspace: Workspace) throws {
    let children = try (0..<4).map { index in
      try Child(
        .chunk,
        ["--input", "documents", "--output", "references", "--model", Model.tiny, "--max-tokens", "48"]
          + Self.division + ["--task-index", "\(index)"], in: workspace.path)
    }
    for child in children { expect(try child.wait(), Exit.ok) }
    #expect(try workspace.snapshot("references") == workspace.snapshot("whole"))
  }
}
