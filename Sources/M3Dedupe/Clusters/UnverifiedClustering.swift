import M3Bytes

/// Takes all texts of a bucket for near-duplicates, and those of buckets that share a text too, as datatrove does: the
/// first of each such group is kept.
///
/// Chains grow without bound, and what is dropped need not be near what is kept. Memory is 4 bytes a bucket and 8 a
/// text that shares one.
package struct UnverifiedClustering {
  package init() {}

  /// - Parameters:
  ///   - paths: files of the buckets' members, one a band.
  ///   - advance: told of the texts done.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  package func drops(members paths: [String], numbering: TextNumbering, advance: (Int) -> Void) throws -> DropList {
    var reader = try MemberReader(paths: paths, numbering: numbering)
    var firsts = [UInt32](repeating: .max, count: reader.bucketCount)
    // Places in the order of the texts; a group's root is its least.
    var parents: [UInt32] = []
    var numbers: [UInt32] = []
    while let member = try reader.next() {
      let place = UInt32(numbers.count)
      numbers.append(member.number)
      parents.append(place)
      for bucket in member.buckets {
        if firsts[Int(bucket)] == .max {
          firsts[Int(bucket)] = place
        } else {
          Self.join(place, firsts[Int(bucket)], &parents)
        }
      }
      advance(1)
    }
    var drops = DropList(taskCount: numbering.taskCount)
    for place in parents.indices {
      let root = Self.root(UInt32(place), &parents)
      guard root != UInt32(place) else { continue }
      drops.append(numbers[place], kept: numbers[Int(root)], similarity: .nan, kind: .near)
    }
    return drops
  }

  private static func root(_ place: UInt32, _ parents: inout [UInt32]) -> UInt32 {
    var place = place
    while parents[Int(place)] != place {
      parents[Int(place)] = parents[Int(parents[Int(place)])]
      place = parents[Int(place)]
    }
    return place
  }

  private static func join(_ first: UInt32, _ second: UInt32, _ parents: inout [UInt32]) {
    let roots = (root(first, &parents), root(second, &parents))
    parents[Int(max(roots.0, roots.1))] = min(roots.0, roots.1)
  }
}
