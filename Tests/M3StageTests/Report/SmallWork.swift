import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport

/// A piece of work whose stages keep books as the pipeline's do, and write a few bytes a task.
struct SmallWork {
  let root: TemporaryFolder
  /// Of each task.
  var documentCount = 10
  var referenceCount = 30
  var memoryCount = 29

  init() throws { root = try TemporaryFolder() }

  func path(_ name: String) -> String { root.file(name) }

  /// Documents to references, in two tasks.
  func chunk(_ folder: String = "work/references", only indices: [Int]? = nil) throws {
    let sources = try ["a", "b"].map { name in
      try root.write(Array("documents of \(name)".utf8), name)
      return [StageSource(name: name, path: path(name), byteCount: 14)]
    }
    try run("chunk", StageFolder(path(folder)), sources, only: indices) { _ in
      var account = StageAccount()
      account.input = documentCount
      account.kept = documentCount - 1
      account.reject("no_text")
      account.totals = ["references": referenceCount, "tokens": 300]
      return account
    }
  }

  /// References to references, each file passed on as it is or with a byte more.
  func filter(_ folder: String = "work/filtered", input: String = "work/references", changing: Bool) throws {
    let upstream = try Upstream(folder: path(input))
    try run(
      "filter", StageFolder(path(folder)), upstream.tasks,
      content: { task in
        try ReadableFile.contents(of: task.inputs[0].path, limit: 100) + (changing ? [33] : [])
      }
    ) { _ in account(input: referenceCount, kept: referenceCount, [:]) }
  }

  /// References to memories.
  func encode(
    _ folder: String = "work/memories", input: String = "work/references", takes count: Int? = nil
  ) throws {
    let upstream = try Upstream(folder: path(input))
    try run("encode", StageFolder(path(folder)), upstream.tasks) { _ in
      var account = account(input: count ?? referenceCount, kept: memoryCount, ["tokens": 290])
      if account.input > memoryCount { account.rejected["too_long"] = account.input - memoryCount }
      return account
    }
  }

  /// Memories and references to a bank.
  func shard(_ bank: String = "bank") throws {
    let tasks = try zip(
      Upstream(folder: path("work/memories")).tasks, Upstream(folder: path("work/references")).tasks
    ).map { $0 + $1 }
    try run("shard", StageFolder(bank: path(bank)), tasks) { _ in
      var account = account(input: referenceCount, kept: memoryCount, ["payload_bytes": 100 * memoryCount])
      if referenceCount > memoryCount { account.rejected["no_memory"] = referenceCount - memoryCount }
      return account
    }
  }

  private func account(input: Int, kept: Int, _ totals: [String: Int]) -> StageAccount {
    var account = StageAccount()
    account.input = input
    account.kept = kept
    account.totals = totals
    return account
  }

  private func run(
    _ name: String, _ folder: StageFolder, _ sources: [[StageSource]], only indices: [Int]? = nil,
    content: ((StageTask) throws -> [UInt8])? = nil, _ account: (StageTask) -> StageAccount
  ) throws {
    let work = StageWork(
      folder: folder, definition: StageDefinition(name: name, version: 1, settings: [:]), sources: { sources })
    _ = try StageRunner(work, plan: work.plan(), workers: 1).run(indices) { task in
      let bytes = try content?(task) ?? Array("\(name) \(task.index)".utf8)
      let file = "part-\(task.number)"
      let digest = try AtomicFile.write(bytes, to: folder.file(file))
      let output = StageOutput(name: file, byteCount: UInt64(bytes.count), digest: digest)
      return StageResult(outputs: [output], account: account(task))
    }
  }

  /// Puts another text in the place of a state file.
  func replace(_ file: String, _ text: String) throws { try root.write(Array(text.utf8), file) }

  func replace(_ file: String, _ change: (inout JSONObject) -> Void) throws {
    guard var object = try JSONValue.parse(root.read(file)).objectValue else { return }
    change(&object)
    try root.write(JSONValue.object(object).serialized(.canonical), file)
  }
}
