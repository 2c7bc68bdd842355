/// The hashes of all runs of n items of a sequence, for one n after another.
package struct NGramHashes {
  private let items: [UInt64]
  /// Before their last mixing.
  private var states: [UInt64]
  /// How many items a run has.
  package private(set) var length = 1

  /// - Parameter items: the items' hashes.
  package init(_ items: [UInt64]) {
    self.items = items
    states = items
  }

  /// Goes on to runs of one item more.
  package mutating func lengthen() {
    length += 1
    let count = max(0, items.count - length + 1)
    states.removeLast(states.count - count)
    states.withUnsafeMutableBufferPointer { states in
      items.withUnsafeBufferPointer { items in
        for index in 0..<count {
          states[index] = (states[index] &* 0x9FB2_1C65_1E98_DF25) &+ items[index + length - 1]
        }
      }
    }
  }

  /// Goes on to runs of `length` items, not fewer than now.
  package mutating func lengthen(to length: Int) {
    while self.length < length { lengthen() }
  }

  package var count: Int { states.count }

  /// The hash of the run that begins at an item; never 0.
  @inline(__always)
  package subscript(_ index: Int) -> UInt64 {
    let state = states[index]
    let mixed = (state ^ (state >> 31)) &* 0x94D0_49BB_1331_11EB
    return (mixed ^ (mixed >> 30)) | 1
  }
}
