package import M3Bytes

/// Examples in their groups, for dividing them into parts of like labels without dividing a group.
package struct ExampleGroups {
  /// The examples of each group, in the order in which the groups first stand.
  package private(set) var members: [[Int]] = []
  /// The mean target of each group.
  private(set) var means: [Double] = []

  /// - Parameter indices: the examples to be divided.
  package init(_ examples: [QualityExample], targets: [Double], indices: some Sequence<Int>) {
    // By bytes: String's own equality takes composed and decomposed forms for the same.
    var known: [[UInt8]: Int] = [:]
    for index in indices {
      if let name = examples[index].group {
        let key = Array(name.utf8)
        if let group = known[key] {
          members[group].append(index)
          continue
        }
        known[key] = members.count
      }
      members.append([index])
    }
    means = members.map { group in group.reduce(0) { $0 + targets[$1] } / Double(group.count) }
  }

  /// Divides the groups into `count` parts.
  ///
  /// In the order of their mean targets, equals shuffled, each run of `count` groups gives one group to each part, by a
  /// permutation of its own: so every part has its share of good and of bad ones.
  /// - Returns: the examples of each part, in rising order.
  /// - Throws: ``QualityError`` `tooFewGroups`.
  package func parts(_ count: Int, _ random: inout SplitMix64) throws(QualityError) -> [[Int]] {
    guard members.count >= count else { throw .tooFewGroups(found: members.count, needed: count) }
    var shuffled = Array(members.indices)
    random.shuffle(&shuffled)
    let places = shuffled.indices.sorted { (means[shuffled[$0]], $0) < (means[shuffled[$1]], $1) }
    var parts = [[Int]](repeating: [], count: count)
    for start in stride(from: 0, to: places.count, by: count) {
      var order = Array(0..<count)
      random.shuffle(&order)
      for (place, part) in zip(places[start..<min(start + count, places.count)], order) {
        parts[part] += members[shuffled[place]]
      }
    }
    return parts.map { $0.sorted() }
  }
}
