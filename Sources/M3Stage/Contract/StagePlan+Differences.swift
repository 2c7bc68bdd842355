extension StagePlan {
  /// What differs between this plan, found in a folder, and what is asked for now, in words; empty where it can stand.
  ///
  /// Contents are compared where they are known; a task compares those of its own inputs before it reads them.
  func differences(to definition: StageDefinition, sources: [[StageSource]]) -> [String] {
    var lines = definition.differences(from: self.definition)
    let isSame =
      tasks.count == sources.count
      && zip(tasks, sources).allSatisfy { inputs, sources in
        inputs.count == sources.count && zip(inputs, sources).allSatisfy { $0.stands(for: $1) }
      }
    if !isSame { lines += inputDifferences(sources) }
    return lines
  }

  private static let namedInputs = 10

  /// Nil where it is more than any file has.
  private static func sum(_ counts: [UInt64]) -> UInt64? {
    counts.reduce(0) { sum, count in
      let (result, overflow) = (sum ?? .max).addingReportingOverflow(count)
      return overflow ? nil : result
    }
  }

  private func inputDifferences(_ sources: [[StageSource]]) -> [String] {
    let before = Dictionary(grouping: tasks.joined(), by: \.name)
    let now = Dictionary(grouping: sources.joined(), by: \.name)
    let lines = Set(before.keys).union(now.keys).sorted().compactMap { name -> String? in
      guard let old = before[name] else { return "input \(name): not there before" }
      guard let new = now[name] else { return "input \(name): gone" }
      if Self.sum(old.map(\.byteCount)) != Self.sum(new.map(\.byteCount)) {
        return "input \(name): its content changed"
      }
      guard old.count == new.count, zip(old, new).allSatisfy({ $0.range == $1.range }) else { return nil }
      return zip(old, new).allSatisfy { $0.stands(for: $1) } ? nil : "input \(name): its content changed"
    }
    return lines.prefix(Self.namedInputs)
      + (lines.count > Self.namedInputs ? ["and \(lines.count - Self.namedInputs) more inputs"] : [])
      + (lines.isEmpty ? ["tasks: the inputs are divided in another way"] : [])
  }
}
