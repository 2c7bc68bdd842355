import M3Bytes

/// A uniform sample without replacement of a stream of unknown length (Vitter's Algorithm R,
/// doi:10.1145/3147.3165): everything while there is room, then each new element takes a random place or none.
///
/// It follows from the seed and the order of the elements.
package struct Reservoir<Element: Sendable>: Sendable {
  package let capacity: Int
  /// The sample, in no order that means anything once more elements came than there is room for.
  package private(set) var elements: [Element] = []
  /// Elements that came.
  package private(set) var count = 0
  private var random: SplitMix64

  package init(capacity: Int, seed: UInt64) {
    precondition(capacity > 0, "a sample of something")
    self.capacity = capacity
    random = SplitMix64(state: seed)
  }

  /// Whether every element that came is in the sample.
  package var isComplete: Bool { count == elements.count }

  package mutating func add(_ element: Element) {
    add { element }
  }

  /// Adds an element that is made only where the sample takes it.
  package mutating func add(_ make: () -> Element) {
    count += 1
    if elements.count < capacity {
      elements.append(make())
      return
    }
    let place = random.integer(below: count)
    if place < capacity { elements[place] = make() }
  }
}
