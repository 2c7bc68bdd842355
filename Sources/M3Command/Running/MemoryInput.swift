import M3Bytes
public import M3Spool
public import M3Stage

/// A folder of memories, raw or coded, and the references that they were made from.
public final class MemoryInput {
  private let memoryFolder: String
  private let referenceFolder: String
  private let markers: UpstreamMarkers
  private let references: ReferenceInput
  private var knownMemories: Upstream?

  /// - Throws: ``FileError``; ``FormatError`` where there is no such folder.
  public init(memories: String, references: String) throws {
    memoryFolder = memories
    referenceFolder = references
    guard try FilePaths.kind(memories) != nil else { throw FileError(.open, path: memories, errorNumber: 2) }
    markers = UpstreamMarkers(folder: memories)
    self.references = try ReferenceInput(references)
  }

  /// What the stage that made the memories left; read once.
  /// - Throws: ``StageError`` where it is not done.
  public func memories() throws -> Upstream {
    if let knownMemories { return knownMemories }
    let memories = try Upstream(folder: memoryFolder)
    knownMemories = memories
    return memories
  }

  /// The files of each task: memories, their survey, and the references that the encoder says it read.
  /// - Throws: ``UsageError`` where the folders do not belong together; ``StageError``.
  public func sources() throws -> [[StageSource]] {
    let memories = try memories()
    let texts = try references.sources().parts
    let byContent = Dictionary(try texts.map { (try $0.digest ?? .ofFile($0.path), $0) }) { first, _ in first }
    return try zip(memories.tasks, memories.inputs).enumerated().map { index, task in
      let (outputs, read) = task
      guard let spool = outputs.first(where: { MemoryFiles.isMemories($0.name) }),
        let survey = outputs.first(where: { $0.name.hasPrefix("survey-") })
      else {
        throw StageError.upstreamStale(folder: memoryFolder, what: "task \(index) has no memories with a survey")
      }
      guard let content = read.first(where: { byContent[$0.digest] != nil })?.digest, var text = byContent[content]
      else {
        throw UsageError("\(referenceFolder): not the references that \(spool.path) was made from")
      }
      text.digest = content
      return [spool, survey, text]
    }
  }

  /// The files of each task, for what is done without a plan.
  /// - Throws: as ``sources()``.
  public func files() throws -> [MemoryFiles] {
    try sources().map { task in
      MemoryFiles(try task.map { StageInput($0, digest: try $0.digest ?? .ofFile($0.path), firstLine: 1) })
    }
  }

  /// Where a file of the plan lies.
  public func path(of input: StageInput) -> String {
    isMemory(input) ? FilePaths.join(memoryFolder, input.name) : references.path(of: input)
  }

  /// - Throws: ``StageError`` where a task's files are not those that the stages before left.
  public func check(_ task: StageTask) throws {
    try markers.require(task.inputs.filter(isMemory))
    try references.check(task.inputs.filter { !isMemory($0) })
  }

  private func isMemory(_ input: StageInput) -> Bool {
    MemoryFiles.isMemories(input.name) || input.name.hasSuffix(".m3s")
  }

  /// Whether the memories are coded already.
  /// - Throws: ``StageError`` where the stage is not done.
  public func isCoded() throws -> Bool {
    try memories().tasks.joined().contains { MemoryFiles.isCodes($0.name) }
  }
}
