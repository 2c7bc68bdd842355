import M3Bytes

/// Merges ascending runs into one sequence; of equal keys those of the earlier source come first.
///
/// Memory is one block a source. A step is O(log sources).
package struct RunMerge {
  private struct Head {
    var entry: KeyedNumber
    var source: Int

    func precedes(_ other: Head) -> Bool {
      entry.key != other.entry.key ? entry.key < other.entry.key : source < other.source
    }
  }

  private let cursors: [RunCursor<KeyedNumber>]
  /// A heap: none precedes the one at half its place.
  private var heads: [Head] = []

  /// - Throws: what the cursors throw.
  package init(_ cursors: [RunCursor<KeyedNumber>]) throws {
    self.cursors = cursors
    for (source, cursor) in cursors.enumerated() {
      if let entry = try cursor.next() { heads.append(Head(entry: entry, source: source)) }
    }
    heads.sort { $0.precedes($1) }
  }

  /// - Returns: the least entry and the number of its source; nil behind the last.
  /// - Throws: ``FormatError`` where a run is damaged or not ascending; ``FileError``.
  package mutating func next() throws -> (entry: KeyedNumber, source: Int)? {
    guard let least = heads.first else { return nil }
    if let entry = try cursors[least.source].next() {
      guard entry.key >= least.entry.key else {
        throw FormatError(
          .malformed("keys are not ascending"), field: "key", file: cursors[least.source].path)
      }
      sink(Head(entry: entry, source: least.source))
    } else {
      let last = heads.removeLast()
      if !heads.isEmpty { sink(last) }
    }
    return (least.entry, least.source)
  }

  /// Puts a head in the place of the first one and moves it to where it belongs.
  private mutating func sink(_ head: Head) {
    heads.withUnsafeMutableBufferPointer { heads in
      var place = 0
      while true {
        var child = 2 * place + 1
        guard child < heads.count else { break }
        if child + 1 < heads.count, heads[child + 1].precedes(heads[child]) { child += 1 }
        guard heads[child].precedes(head) else { break }
        heads[place] = heads[child]
        place = child
      }
      heads[place] = head
    }
  }
}
