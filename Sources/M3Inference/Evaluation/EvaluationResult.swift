import M3Bytes
public import M3JSON

/// The figures of an evaluation.
public struct EvaluationResult: Sendable {
  public let items: [EvaluationItem]
  /// Mean negative log-likelihood of each item, by mode, in nats a token.
  public let losses: [EvaluationMode: [Double]]
  /// Mean bytes of a record's payload over the bank: positions and counts included, the text not.
  public let bytesPerReference: Double

  public init(items: [EvaluationItem], losses: [EvaluationMode: [Double]], bytesPerReference: Double) {
    self.items = items
    self.losses = losses
    self.bytesPerReference = bytesPerReference
  }

  /// Task names, ascending.
  public var tasks: [String] { Set(items.map(\.task)).sorted() }

  /// Mean over a task's items.
  public func loss(_ mode: EvaluationMode, task: String) -> Double? {
    losses[mode].map { Self.mean($0, indices(task)) }
  }

  /// Mean over the tasks' means.
  public func loss(_ mode: EvaluationMode) -> Double? {
    losses[mode].map { values in tasks.map { Self.mean(values, indices($0)) }.reduce(0, +) / Double(tasks.count) }
  }

  /// (none − memory) / (none − text), of a task or of the mean of the tasks' losses; nil unless all three were measured
  /// and text helps.
  public func recovered(task: String? = nil) -> Double? {
    Self.recovered { mode in task.map { loss(mode, task: $0) } ?? loss(mode) }
  }

  /// A 95 % interval of ``recovered(task:)`` by the bootstrap over items, within each task: 2,000 draws from a fixed seed.
  public func recoveredInterval() -> ClosedRange<Double>? {
    guard EvaluationMode.allCases.allSatisfy({ losses[$0] != nil }) else { return nil }
    var random = SplitMix64(state: 0x4D33)
    let groups = tasks.map(indices)
    var draws: [Double] = []
    for _ in 0..<2000 {
      let drawn = groups.map { group in group.map { _ in group[Int(random.next() % UInt64(group.count))] } }
      let value = Self.recovered { mode in
        losses[mode].map { values in drawn.map { Self.mean(values, $0) }.reduce(0, +) / Double(drawn.count) }
      }
      if let value { draws.append(value) }
    }
    guard !draws.isEmpty else { return nil }
    draws.sort()
    return draws[draws.count * 25 / 1000]...draws[min(draws.count - 1, draws.count * 975 / 1000)]
  }

  public var json: JSONObject {
    var modes = JSONObject()
    for mode in EvaluationMode.allCases {
      guard let loss = loss(mode) else { continue }
      var byTask = JSONObject()
      for task in tasks { byTask[task] = .double(self.loss(mode, task: task)!) }
      modes[mode.rawValue] = ["nll": .double(loss), "tasks": .object(byTask)]
    }
    var object: JSONObject = [
      "bytes_per_reference": .double(bytesPerReference), "items": .integer(Int64(items.count)), "modes": .object(modes),
    ]
    guard let recovered = recovered(), let interval = recoveredInterval() else { return object }
    object["recovered"] = .double(recovered)
    object["recovered_ci"] = .array([.double(interval.lowerBound), .double(interval.upperBound)])
    var byTask = JSONObject()
    for task in tasks { byTask[task] = self.recovered(task: task).map { .double($0) } ?? .null }
    object["recovered_tasks"] = .object(byTask)
    return object
  }

  private func indices(_ task: String) -> [Int] { items.indices.filter { items[$0].task == task } }

  private static func mean(_ values: [Double], _ indices: [Int]) -> Double {
    indices.reduce(0) { $0 + values[$1] } / Double(indices.count)
  }

  private static func recovered(_ loss: (EvaluationMode) -> Double?) -> Double? {
    guard let none = loss(.none), let text = loss(.text), let memory = loss(.memory), none > text else { return nil }
    // A model whose numbers overflow has losses that are no numbers.
    let recovered = (none - memory) / (none - text)
    return recovered.isFinite ? recovered : nil
  }
}
