public import M3Memory

/// How much a squared error in each block of a memory costs a reader: the weights of its (memory layer, key-value head)
/// entries, keys and values apart.
///
/// A weight is the mean over a sample's tokens and the D elements of the squared derivative of the loss by the stored key,
/// before rotation, or value: summed over the model's repeating and, times a factor, its continuing the reference.
public struct BlockWeights: Sendable, Equatable {
  public let shape: MemoryShape
  /// (entries, 2): of keys, of values; positive and finite.
  public let elements: [Double]

  /// - Precondition: two weights an entry.
  public init(shape: MemoryShape, elements: [Double]) {
    precondition(elements.count == 2 * shape.entryCount, "two weights an entry")
    self.shape = shape
    self.elements = elements
  }

  public func keys(entry: Int) -> Double { elements[2 * entry] }
  public func values(entry: Int) -> Double { elements[2 * entry + 1] }
}
