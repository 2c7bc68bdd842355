public import M3Memory
public import M3Tensor

/// A loss, and what it changes by with the memories that a sequence reads.
public struct MemoryGradient: Sendable {
  /// Negative log-likelihood, summed over the target tokens.
  public let loss: Double
  /// One for each of the context's memories, in their order; none for the BOS memory.
  public let memories: [KeyValueGradient]
  /// (L · G) by the bias of memories' logits in each head: what `ReadingConstants` add.
  public let biases: [Double]
  /// (L · G) by the scale of memories' logits in each head: what `ReadingConstants` multiply with.
  public let scales: [Double]
}

/// The derivatives of a loss by the keys and values of one memory, row by row as the memory has them. Exactly zero for a row
/// that no token sees.
public struct KeyValueGradient: Sendable {
  public let rowCount: Int
  public let headDimension: Int
  /// (rows, D), by the keys as attention reads them: rotated. The other space after ``unrotateKeys(positions:rotation:firstPosition:)``.
  public let keys: FloatBuffer
  /// (rows, D).
  public let values: FloatBuffer

  init(_ memory: AttentionMemory) {
    rowCount = memory.rowCount
    headDimension = memory.headDimension
    keys = FloatBuffer(count: rowCount * headDimension)
    values = FloatBuffer(count: rowCount * headDimension)
  }

  /// Turns the derivatives by rotated keys into those by the keys before rotation, in place: the transpose of a rotation is
  /// the rotation by −p.
  ///
  /// - Parameters:
  ///   - positions: (rows) position of each row's token in its reference.
  ///   - firstPosition: where the reference's first token stands.
  /// - Precondition: the rotation reaches all of these positions.
  public func unrotateKeys(positions: [UInt16], rotation: Rotation, firstPosition: Int) {
    precondition(positions.count == rowCount, "one position a row")
    // R(−p) = F · R(p) · F with F the change of sign of each pair's second element.
    changeSigns()
    positions.withUnsafeBufferPointer { rotation.rotate(rows: $0, keys.pointer, firstPosition: firstPosition) }
    changeSigns()
  }

  /// Changes the sign of the second half of each key.
  private func changeSigns() {
    let half = headDimension / 2
    for row in 0..<rowCount {
      let key = keys.pointer + row * headDimension
      for element in half..<headDimension { key[element] = -key[element] }
    }
  }
}
