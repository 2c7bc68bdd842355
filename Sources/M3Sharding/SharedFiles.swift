import M3Bank
import M3Bytes
import M3JSON
import M3Memory
import M3Spool
import M3Stage

/// The files that all shards of a bank share: the BOS memory, and the codec's codebook where it has one.
struct SharedFiles {
  static let bosName = "bos.m3m"
  static let codebookName = "codebook.m3c"

  private let folder: StageFolder
  private let facts: ShardFacts

  init(folder: StageFolder, facts: ShardFacts) {
    self.folder = folder
    self.facts = facts
  }

  /// Writes those that are not there, from the surveys of all tasks.
  /// - Throws: ``StageError`` `upstreamStale` where the memories are not those of the plan any more.
  func write(tasks: [MemoryFiles]) throws {
    // Always under the lock: whoever was killed here left its file.
    try folder.exclusively("files") {
      guard try !areThere() else { return }
      guard let name = facts.codec["name"]?.stringValue else {
        throw FormatError(.missing("a string"), field: "plan.facts.codec.name", file: folder.planPath)
      }
      let survey = try ShardSurvey(tasks: tasks, codecName: name)
      guard ShardFacts(survey: survey, rejectedCounts: facts.rejectedCounts) == facts else {
        throw StageError.upstreamStale(
          folder: tasks[0].memories.path, what: "the memories are not those that were planned")
      }
      try AtomicFile.write(survey.bos.bytes, to: folder.file(Self.bosName))
      if let codebook = survey.codebook { try AtomicFile.write(codebook, to: folder.file(Self.codebookName)) }
    }
  }

  /// What the manifest lists.
  func listed() throws -> [BankManifest.File] {
    try names.map { name, role, digest in
      BankManifest.File(name: name, role: role, size: try FilePaths.size(folder.file(name)), sha256: digest)
    }
  }

  private var names: [(name: String, role: String, digest: SHA256Digest)] {
    [(Self.bosName, "bos_memory", facts.bosDigest)]
      + (facts.codebookDigest.map { [(Self.codebookName, "codebook", $0)] } ?? [])
  }

  private func areThere() throws -> Bool {
    try names.allSatisfy { name, _, digest in
      let path = folder.file(name)
      return try FilePaths.kind(path) == .file && SHA256Digest.ofFile(path) == digest
    }
  }
}
