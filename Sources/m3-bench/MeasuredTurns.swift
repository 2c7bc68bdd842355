/// Steps that are measured by turns, every other round the other way round, so that all of them see the same machine.
struct MeasuredTurns {
  private let steps: [(name: String, run: () throws -> Void)]
  /// Of each step, round by round.
  private(set) var times: [String: [Stopwatch.Time]] = [:]

  init(_ steps: [(name: String, run: () throws -> Void)]) {
    self.steps = steps
  }

  /// Runs all steps.
  /// - Parameter each: told of a round's times; what it does is not measured.
  mutating func run(rounds: Int, each: (_ round: Int, [String: Stopwatch.Time]) throws -> Void) throws {
    for round in 0..<rounds {
      var found: [String: Stopwatch.Time] = [:]
      for step in round.isMultiple(of: 2) ? steps : steps.reversed() {
        let start = Stopwatch.now()
        try step.run()
        found[step.name] = Stopwatch.now() - start
      }
      for (name, time) in found { times[name, default: []].append(time) }
      try each(round, found)
    }
  }

  /// Of each step the round whose CPU time is the median.
  var medians: [String: Stopwatch.Time] {
    times.mapValues { $0.sorted { $0.cpu < $1.cpu }[$0.count / 2] }
  }

  /// The median over the rounds of one step's CPU time in another's.
  func share(of name: String, in other: String) -> Double {
    let shares = zip(times[name]!, times[other]!).map { $0.cpu / $1.cpu }
    return shares.sorted()[shares.count / 2]
  }
}
