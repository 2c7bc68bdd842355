import M3Bytes
import M3Command
import M3Stage

/// Memories and the references that they were made from.
final class ShardTasks {
  private let memoryFolder: String
  private let referenceFolder: String
  private let markers: UpstreamMarkers
  private let references: ReferenceInput
  private var knownMemories: Upstream?

  /// - Throws: ``FileError``; ``FormatError`` where there is no such folder.
  init(memories: String, references: String) throws {
    memoryFolder = memories
    referenceFolder = references
    guard try FilePaths.kind(memories) != nil else { throw FileError(.open, path: memories, errorNumber: 2) }
    markers = UpstreamMarkers(folder: memories)
    self.references = try ReferenceInput(references)
  }

  /// What the encoder left; read once.
  /// - Throws: ``StageError`` where it is not done.
  func memories() throws -> Upstream {
    if let knownMemories { return knownMemories }
    let memories = try Upstream(folder: memoryFolder)
    knownMemories = memories
    return memories
  }

  /// The files of each task: memories, their survey, and the references that the encoder says it read.
  /// - Throws: ``UsageError`` where the folders do not belong together; ``StageError``.
  func sources() throws -> [[StageSource]] {
    let memories = try memories()
    let texts = try references.sources().parts
    let byContent = Dictionary(try texts.map { (try $0.digest ?? .ofFile($0.path), $0) }) { first, _ in first }
    return try zip(memories.tasks, memories.inputs).enumerated().map { index, task in
      let (outputs, read) = task
      guard let spool = outputs.first(where: { $0.name.hasPrefix("part-") && $0.name.hasSuffix(".spool.lz4") }),
        let survey = outputs.first(where: { $0.name.hasPrefix("survey-") })
      else {
        throw StageError.upstreamStale(folder: memoryFolder, what: "task \(index) has no memories with a survey")
      }
      guard let content = read.first?.digest, var text = byContent[content] else {
        throw UsageError("\(referenceFolder): not the references that \(spool.path) was made from")
      }
      text.digest = content
      return [spool, survey, text]
    }
  }

  /// Where a file of the plan lies.
  func path(of input: StageInput) -> String {
    isMemory(input) ? FilePaths.join(memoryFolder, input.name) : references.path(of: input)
  }

  /// - Throws: ``StageError`` where a task's files are not those that the stages before left.
  func check(_ task: StageTask) throws {
    try markers.require(task.inputs.filter(isMemory))
    try references.check(task.inputs.filter { !isMemory($0) })
  }

  private func isMemory(_ input: StageInput) -> Bool {
    input.name.hasSuffix(".spool.lz4") || input.name.hasSuffix(".m3s")
  }
}
