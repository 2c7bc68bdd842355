import M3Bytes
import Testing

/// A bank of the corpus that many tests read and none changes; made once.
enum SharedBank {
  private static let made = Result { () throws -> Workspace in
    let workspace = Workspace()
    try workspace.write(Corpus.lines, "documents.jsonl")
    for run in [try workspace.chunk(), try workspace.encode(), try workspace.shard()] {
      try #require(run.status == 0, "\(run)")
    }
    return workspace
  }

  static var workspace: Workspace { get throws { try made.get() } }

  /// Ids of some references, in the bank's order.
  static let ids = ["river-0#0", "river-3#0", "river-6#0", "river-9#0"]

  /// Evaluation items of two tasks.
  static let items = ids.enumerated().map { index, id in
    #"{"id":"item-\#(index)","reference_id":"\#(id)","task":"\#(index % 2 == 0 ? "A" : "B")","context":"The river","target":" is water"}"#
      + "\n"
  }.joined()

  /// A new workspace with a copy of some of its folders.
  static func copy(_ folders: [String]) throws -> Workspace {
    let workspace = Workspace()
    for folder in folders { try workspace.restore(try Self.workspace.snapshot(folder), to: folder) }
    return workspace
  }
}
