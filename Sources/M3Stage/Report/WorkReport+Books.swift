/// Books that do not balance.
public enum Imbalance: Sendable, Equatable {
  /// A stage's input is not what it kept and rejected.
  case within(stage: String, input: Int, kept: Int, rejected: Int)
  /// A stage took more or less than the stages before it gave.
  case between(from: [String], given: Int, to: String, taken: Int, what: String)
}

extension Imbalance: CustomStringConvertible {
  public var description: String {
    switch self {
    case .within(let stage, let input, let kept, let rejected):
      "\(stage): \(input) came in, \(kept) were kept and \(rejected) rejected"
    case .between(let from, let given, let to, let taken, let what):
      "\(from.joined(separator: " and ")) gave \(given) \(what), \(to) took \(taken)"
    }
  }
}

extension WorkReport {
  /// Whatever does not balance, in the order of the stages.
  public var imbalances: [Imbalance] { stages.indices.flatMap(imbalances) }

  /// What does not balance in a stage, and between it and those that it reads.
  func imbalances(_ index: Int) -> [Imbalance] {
    let stage = stages[index]
    guard stage.isBalanced else {
      return [
        .within(
          stage: stage.label, input: stage.account.input, kept: stage.account.kept, rejected: stage.rejectedCount)
      ]
    }
    // The shard stage reads references and their memories: each kind of source has to give all that it took.
    let kinds = Dictionary(grouping: sources[index].all.sorted()) { stages[$0].stage.gives }
    return kinds.sorted { $0.key < $1.key }.compactMap { imbalance(of: index, what: $0.key, from: $0.value) }
  }

  /// Compares stages that are finished, where each task reads one of the kind: otherwise something else was read too.
  private func imbalance(of index: Int, what: String, from sources: [Int]) -> Imbalance? {
    let stage = stages[index]
    guard ([index] + sources).allSatisfy({ stages[$0].state != .unfinished }),
      self.sources[index].tasks.allSatisfy({ !$0.isDisjoint(with: sources) })
    else { return nil }
    var given = 0
    for source in sources {
      // A sum that overflows cannot be what a single stage took.
      let (sum, overflow) = given.addingReportingOverflow(stages[source].givenCount)
      given = overflow ? Int.max : sum
    }
    // References that the encoder rejected come to the shard stage by themselves.
    let missing = what == "memories" ? stage.account.rejected["no_memory"] ?? 0 : 0
    let taken = stage.account.input - missing
    guard given != taken else { return nil }
    return .between(
      from: sources.map { stages[$0].label }, given: given, to: stage.label, taken: taken, what: what)
  }
}

extension StageReport {
  /// Stage and folder.
  public var label: String { "\(stage.name) \(folder.path)" }
}
