import M3Bytes

/// Which stages a stage reads: those that wrote files of the very content that its plan names.
struct StageSources: Sendable {
  /// Places of the stages that each task reads.
  let tasks: [Set<Int>]

  var all: Set<Int> { tasks.reduce(into: []) { $0.formUnion($1) } }

  /// - Parameter stages: in the order of the pipeline.
  static func all(_ stages: [StageReport]) -> [StageSources] {
    var writers: [SHA256Digest: [Int]] = [:]
    for (index, stage) in stages.enumerated() {
      for digest in Set(stage.outputs) { writers[digest, default: []].append(index) }
    }
    return stages.map { reader in
      StageSources(
        tasks: reader.inputs.map { inputs in
          Set(inputs.compactMap { writer(among: writers[$0] ?? [], for: reader, stages) })
        })
    }
  }

  /// The writer of a content that a reader most likely read it from: a stage may pass a file on as it is, and a folder
  /// may have a copy. So the latest stage before the reader, and the nearest folder.
  private static func writer(among candidates: [Int], for reader: StageReport, _ stages: [StageReport]) -> Int? {
    candidates.filter { stages[$0].stage.rank < reader.stage.rank }.max { first, second in
      nearness(stages[first], to: reader) < nearness(stages[second], to: reader)
    }
  }

  private static func nearness(_ writer: StageReport, to reader: StageReport) -> (Int, Int) {
    let common = zip(writer.folder.path.utf8, reader.folder.path.utf8).prefix { $0 == $1 }.count
    return (writer.stage.rank, common)
  }
}
