import M3Bytes
public import M3JSON

/// A stage's work as it is asked for: where it goes, what decides it, what each task is to read.
public struct StageWork {
  public var folder: StageFolder
  public var definition: StageDefinition
  /// Finds the inputs of each task, in an order that follows from the inputs alone.
  public var sources: () throws -> [[StageSource]]
  /// Finds out what every task must know of all inputs together; called once, when the plan is made.
  public var facts: ([[StageInput]]) throws -> JSONObject
  /// Where the stages before left their outputs; nil where the inputs are anyone's files.
  public var upstream: StageUpstream?

  public init(
    folder: StageFolder, definition: StageDefinition, upstream: StageUpstream? = nil,
    sources: @escaping () throws -> [[StageSource]],
    facts: @escaping ([[StageInput]]) throws -> JSONObject = { _ in [:] }
  ) {
    self.folder = folder
    self.definition = definition
    self.upstream = upstream
    self.sources = sources
    self.facts = facts
  }

  /// Fixes the plan, or checks that the folder's is the same, contents included.
  ///
  /// - Throws: ``StageError`` `changed` with the differences; ``FileError`` `lock` where another process is making it.
  public func plan() throws -> StagePlan {
    let sources = try sources()
    guard !sources.isEmpty else { throw StageError.nothingToDo("no input files") }
    if let found = try folder.plan() { return try accepted(found, sources, hashing: true) }
    try folder.create()
    return try folder.exclusively {
      if let found = try folder.plan() { return try accepted(found, sources, hashing: true) }
      let inputs = try hashed(sources)
      let plan = StagePlan(definition: definition, tasks: inputs, facts: try facts(inputs))
      try refuseForeignMarkers(plan)
      try AtomicFile.write(JSONValue.object(plan.json).serialized(.canonical), to: folder.planPath)
      return plan
    }
  }

  /// The folder's plan, for a task of it.
  ///
  /// What stages before left is not looked at: each task looks at its own inputs. Files that no stage vouches for are
  /// compared by name and size, and each task hashes what it reads. So an array does not read the corpus once a task.
  ///
  /// - Throws: ``StageError`` `notPlanned`, and `changed` with the differences.
  public func existingPlan() throws -> StagePlan {
    guard var found = try folder.plan() else { throw StageError.notPlanned(folder: folder.path) }
    guard let upstream else { return try accepted(found, sources(), hashing: false) }
    let differences = definition.differences(from: found.definition)
    guard differences.isEmpty else { throw StageError.changed(folder: folder.path, differences: differences) }
    for task in found.tasks.indices {
      for index in found.tasks[task].indices { found.tasks[task][index].path = upstream.path(found.tasks[task][index]) }
    }
    return found
  }

  private func accepted(_ found: StagePlan, _ sources: [[StageSource]], hashing: Bool) throws -> StagePlan {
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
        let (digest, lineEnds) = try source.content()
        defer { if source.range != nil { lines[source.path, default: 1] += lineEnds } }
        return StageInput(source, digest: digest, firstLine: source.range == nil ? 1 : lines[source.path, default: 1])
      }
    }
  }

  /// Markers of another plan than the one that is to be written belong to one that is gone.
  private func refuseForeignMarkers(_ plan: StagePlan) throws {
    let names = try folder.markerNames()
    guard !names.isEmpty else { return }
    let tasks = Dictionary(uniqueKeysWithValues: plan.tasks.indices.map { ("\(plan.task($0).label).json", $0) })
    let fingerprint = plan.fingerprint
    for name in names {
      guard let index = tasks[name], let marker = try folder.marker(plan.task(index)) else {
        throw StageError.changed(folder: folder.path, differences: ["_done/\(name): of a plan that is gone"])
      }
      guard marker.fingerprint == fingerprint else {
        throw StageError.changed(
          folder: folder.path, differences: marker.differences(from: plan.definition, name: name))
      }
    }
  }
}

/// Where stages before left what a stage reads.
public struct StageUpstream {
  /// Where an input of the plan lies now.
  public var path: (StageInput) -> String
  /// Compares a task's inputs with the markers of those who wrote them, before it reads them.
  /// - Throws: ``StageError`` `upstreamMissing`, `upstreamStale`.
  public var check: (StageTask) throws -> Void

  public init(path: @escaping (StageInput) -> String, check: @escaping (StageTask) throws -> Void) {
    self.path = path
    self.check = check
  }
}
