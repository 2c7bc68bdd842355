import M3Bytes

/// What the stages of a piece of work did: each of them, and how their books fit together.
public struct WorkReport: Sendable {
  /// In the order of the pipeline, then by name and by folder.
  public let stages: [StageReport]
  /// Paths beneath which there is no stage: a bank that nobody has begun.
  public let emptyPaths: [String]
  /// The stages that each stage reads, by their places in ``stages``, each task's inputs on their own.
  let sources: [StageSources]

  /// Reads all stages at some paths or beneath them, to a depth of three folders.
  ///
  /// - Parameter paths: work folders, stages' folders, banks.
  /// - Throws: ``StageError`` `nothingToDo` where there is no stage at all, `changed` for markers of another plan;
  ///   ``FormatError`` for a damaged file, by name; ``FileError``.
  public init(paths: [String]) throws {
    var stages: [StageReport] = []
    var emptyPaths: [String] = []
    // Two spellings of a path and a link lead to the same folder.
    var seen: Set<FileIdentity> = []
    for path in paths {
      let folders = try StageSearch.folders(at: path)
      if folders.isEmpty { emptyPaths.append(path) }
      for folder in folders where try seen.insert(FilePaths.identity(folder.statePath)).inserted {
        if let stage = try StageReport(folder) { stages.append(stage) }
      }
    }
    guard !stages.isEmpty else {
      throw StageError.nothingToDo("\(paths.joined(separator: ", ")): no stage's folder (one with plan.json) here")
    }
    stages.sort { $0.sortKey < $1.sortKey }
    self.stages = stages
    self.emptyPaths = emptyPaths
    sources = StageSources.all(stages)
  }
}

extension StageReport {
  fileprivate var sortKey: (Int, String, String) { (stage.rank, stage.name, folder.path) }
}
