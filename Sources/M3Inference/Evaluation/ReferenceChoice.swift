public import M3Memory

/// Where an evaluation gets the references that items name.
public protocol ReferenceSource: Sendable {
  /// The text and the memory of a reference.
  func reference(id: String) throws -> (text: String, memory: SparseMemory)
  /// `count` other references, the same ones each time for the same `key`.
  func distractors(for key: String, excluding id: String, count: Int) throws -> [(text: String, memory: SparseMemory)]
}

/// Which references an item's target is foreseen with.
public enum ReferenceChoice: Sendable {
  /// The one that the item names, and so many others beside it.
  case named(any ReferenceSource, distractorCount: Int)
  /// Those that its context retrieves, from among all.
  case retrieved(ItemRetrieval)
}
