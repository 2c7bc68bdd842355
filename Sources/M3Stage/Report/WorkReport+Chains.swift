/// The way of the records from the first stage to one that no other stage reads.
public struct StageChain: Sendable {
  /// A number of things of one kind.
  public struct Count: Sendable, Equatable {
    public let what: String
    public let count: Int
  }

  /// The last stage.
  public let end: StageReport
  /// What went into the first stage, then what came out of each: documents, references, memories, records.
  public let counts: [Count]
  /// Bytes of results a record: of memories alone in a bank, of the files elsewhere. Nil where there is no record.
  public let bytesPerReference: Double?
  public let imbalances: [Imbalance]
  /// Stages that are not finished.
  public let unfinished: [String]
}

extension WorkReport {
  /// One chain for each stage that no other reads.
  public var chains: [StageChain] {
    let read = sources.reduce(into: Set<Int>()) { $0.formUnion($1.all) }
    return stages.indices.filter { !read.contains($0) }.map(chain)
  }

  /// The stages that a stage reads, at any distance; a reader comes behind what it reads in ``stages``.
  func ancestors(_ index: Int) -> Set<Int> {
    sources[index].all.reduce(into: []) { $0.formUnion(ancestors($1).union([$1])) }
  }

  private func chain(_ index: Int) -> StageChain {
    let members = ancestors(index).sorted() + [index]
    let end = stages[index]
    var counts: [StageChain.Count] = []
    // Folders of one stage that are read together stand for one.
    for group in Dictionary(grouping: members, by: { stages[$0].stage.rank }).sorted(by: { $0.key < $1.key }) {
      let reports = group.value.map { stages[$0] }
      if counts.isEmpty { counts.append(.init(what: reports[0].stage.takes, count: reports.sum(\.account.input))) }
      counts.append(.init(what: reports[0].stage.gives, count: reports.sum(\.givenCount)))
    }
    let bytes = end.account.totals["payload_bytes"] ?? end.outputByteCount
    return StageChain(
      end: end, counts: counts,
      bytesPerReference: end.givenCount > 0 ? Double(bytes) / Double(end.givenCount) : nil,
      imbalances: members.flatMap(imbalances),
      unfinished: members.filter { stages[$0].state != .finished }.map { stages[$0].label })
  }
}

extension [StageReport] {
  /// At most the largest integer: numbers from files may lie.
  fileprivate func sum(_ count: (StageReport) -> Int) -> Int {
    reduce(0) { sum, report in
      let (next, overflow) = sum.addingReportingOverflow(count(report))
      return overflow ? Int.max : next
    }
  }
}
