import M3Bytes
public import M3JSON

/// A stage's work as it is asked for: where it goes, what decides it, what each task is to read.
public struct StageWork {
  public var folder: StageFolder
  public var definition: StageDefinition
  /// Inputs of each task, in an order that follows from the inputs alone.
  public var sources: [[StageSource]]
  /// Finds out what every task must know of all inputs together; called once, when the plan is made.
  public var facts: ([[StageInput]]) throws -> JSONObject

  public init(
    folder: StageFolder, definition: StageDefinition, sources: [[StageSource]],
    facts: @escaping ([[StageInput]]) throws -> JSONObject = { _ in [:] }
  ) {
    self.folder = folder
    self.definition = definition
    self.sources = sources
    self.facts = facts
  }

  /// Fixes the plan, or checks that the folder's is the same, contents included.
  ///
  /// - Throws: ``StageError`` `changed` with the differences; ``FileError`` `lock` where another process is making it.
  public func plan() throws -> StagePlan {
    guard !sources.isEmpty else { throw StageError.nothingToDo("no input files") }
    try folder.create()
    return try folder.exclusively {
      if let found = try folder.plan() { return try accepted(found, hashing: true) }
      let inputs = try hashed(sources)
      let plan = StagePlan(definition: definition, tasks: inputs, facts: try facts(inputs))
      try refuseForeignMarkers(plan)
      try AtomicFile.write(JSONValue.object(plan.json).serialized(.canonical), to: folder.planPath)
      return plan
    }
  }

  /// The folder's plan, for a task of it. Files that no stage before vouches for are compared by size alone: each task
  /// hashes what it reads.
  ///
  /// - Throws: ``StageError`` `notPlanned`, and `changed` with the differences.
  public func existingPlan() throws -> StagePlan {
    guard let found = try folder.plan() else { throw StageError.notPlanned(folder: folder.path) }
    return try accepted(found, hashing: false)
  }

  private func accepted(_ found: StagePlan, hashing: Bool) throws -> StagePlan {
    var differences = found.differences(to: definition, sources: sources)
    var plan = found
    if differences.isEmpty && hashing {
      let hashed = try hashed(sources)
      for (before, now) in zip(found.tasks.joined(), hashed.joined()) where before.digest != now.digest {
        differences.append("input \(now.label): its content changed")
      }
    }
    guard differences.isEmpty else { throw StageError.changed(folder: folder.path, differences: differences) }
    for (task, sources) in sources.enumerated() {
      for (index, source) in sources.enumerated() { plan.tasks[task][index].path = source.path }
    }
    return plan
  }

  /// Inputs by content; the lines before a range are counted as the file is hashed.
  private func hashed(_ sources: [[StageSource]]) throws -> [[StageInput]] {
    var lines: [String: Int] = [:]
    return try sources.map { sources in
      try sources.map { source in
        if let digest = source.digest { return StageInput(source, digest: digest, firstLine: 1) }
        let (digest, lineEnds) = try Self.content(of: source)
        defer { if source.range != nil { lines[source.path, default: 1] += lineEnds } }
        return StageInput(source, digest: digest, firstLine: source.range == nil ? 1 : lines[source.path, default: 1])
      }
    }
  }

  /// - Throws: ``FormatError`` where the file is not as long as it was when it was listed; ``FileError``.
  static func content(of source: StageSource) throws -> (digest: SHA256Digest, lineEnds: Int) {
    let file = try ReadableFile(path: source.path)
    let range = source.range ?? 0..<source.byteCount
    guard source.range == nil ? file.size == source.byteCount : file.size >= range.upperBound else {
      throw FormatError(
        .mismatch(expected: "\(range.upperBound) bytes, as when it was listed", found: "\(file.size)"), field: "file",
        file: source.path)
    }
    return try SHA256Digest.of(file, in: range)
  }

  /// Markers of another number of tasks belong to a plan that is gone.
  private func refuseForeignMarkers(_ plan: StagePlan) throws {
    let labels = Set(plan.tasks.indices.map { "\(plan.task($0).label).json" })
    let foreign = try folder.markerNames().filter { !labels.contains($0) }
    guard foreign.isEmpty else {
      throw StageError.changed(
        folder: folder.path, differences: foreign.prefix(10).map { "_done/\($0): of a plan that is gone" })
    }
  }
}
