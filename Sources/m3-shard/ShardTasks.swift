import M3Bytes
import M3Command
import M3Stage

/// Brings memories and references together.
enum ShardTasks {
  /// The files of each task: memories, their survey, and the references that the encoder says it read.
  /// - Throws: ``UsageError`` where the folders do not belong together; ``StageError``.
  static func paired(memories: Upstream, input: String, references: String) throws -> [[StageSource]] {
    let texts = try StageInputs.references(references).parts
    let byContent = Dictionary(try texts.map { (try $0.digest ?? .ofFile($0.path), $0) }) { first, _ in first }
    return try zip(memories.tasks, memories.inputs).enumerated().map { index, task in
      let (outputs, read) = task
      guard let spool = outputs.first(where: { $0.name.hasPrefix("part-") && $0.name.hasSuffix(".spool.lz4") }),
        let survey = outputs.first(where: { $0.name.hasPrefix("survey-") })
      else {
        throw StageError.upstreamStale(folder: input, what: "task \(index) has no memories with a survey")
      }
      guard let content = read.first?.digest, let text = byContent[content] else {
        throw UsageError("\(references): not the references that \(spool.path) was made from")
      }
      return [spool, survey, text]
    }
  }
}
