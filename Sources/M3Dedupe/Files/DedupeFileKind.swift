import M3Stage

/// The files that one step leaves for the next.
package enum DedupeFileKind: String, Sendable, CaseIterable {
  /// Keys of one band with the positions of their texts; by key.
  case band = "M3DBANDS"
  /// Lengths of a task's texts; by position.
  case lengths = "M3DLENGT"
  /// Buckets of one band, by the order of their texts.
  case members = "M3DMEMBR"
  /// Texts of a task that are dropped, by position.
  case dropped = "M3DDROPS"
  /// Shingles of a task's texts.
  case sets = "M3DSHSET"

  package static let version: UInt32 = 1

  /// The eight first bytes.
  var magic: [UInt8] { Array(rawValue.utf8) }

  private var stem: String {
    switch self {
    case .band: "band"
    case .lengths: "lengths"
    case .members: "members"
    case .dropped: "dropped"
    case .sets: "sets"
    }
  }

  /// `sets-00007.m3d`; of several files of a kind that one task writes, `band-00007.00003.m3d`: the number of the task
  /// that wrote it comes first.
  package func name(task: Int, part: Int? = nil) -> String {
    "\(stem)-\(StageTask.padded(task))\(part.map { ".\(StageTask.padded($0))" } ?? "").m3d"
  }

  package func isName(_ name: String) -> Bool { name.hasPrefix("\(stem)-") && name.hasSuffix(".m3d") }
}
