/// Looks for the cluster in which a text was kept or dropped, line by line.
///
/// Lines of one kept text stand together, and the one with the text need not be the first. Of a cluster only what is
/// shown is held: ``TextExplanation/memberLimit`` members and the text's own.
struct ClusterSearch {
  let id: String
  private(set) var found: TextExplanation?
  /// The cluster that is being read.
  private var current: TextExplanation?

  init(id: String) {
    self.id = id
  }

  /// - Returns: whether lines that follow are needed.
  mutating func read(_ line: ClusterLine) -> Bool {
    if let current, !current.kept.utf8.elementsEqual(line.kept.utf8) { finish() }
    guard found == nil else { return false }
    var cluster =
      current ?? TextExplanation(id: id, kept: line.kept, dropped: [], droppedCount: 0, entry: nil)
    current = nil
    cluster.droppedCount += line.dropped.count
    let room = TextExplanation.memberLimit - cluster.dropped.count
    cluster.dropped += line.dropped.prefix(room).map { TextExplanation.Member($0) }
    if cluster.entry == nil, !cluster.isKept {
      let own = line.dropped.first { $0.id.utf8.elementsEqual(id.utf8) }
      cluster.entry = own.map { TextExplanation.Member($0) }
    }
    current = cluster
    return true
  }

  /// Ends the cluster that is being read.
  mutating func finish() {
    defer { current = nil }
    guard found == nil, var cluster = current, cluster.isKept || cluster.entry != nil else { return }
    if let own = cluster.entry, !cluster.dropped.contains(where: { $0.id.utf8.elementsEqual(own.id.utf8) }) {
      cluster.dropped.append(own)
    }
    found = cluster
  }
}
