import M3Memory

/// The mean key and value of each entry over a sample, and what its memories are besides.
struct CentredMemories: Sendable {
  /// (entries, D).
  let meanKeys: [Float]
  /// (entries, D).
  let meanValues: [Float]

  /// Sums in double, in the order of the references.
  init(_ references: [DenseReference], shape: MemoryShape) {
    let dimension = shape.headDimension
    let tokenCount = references.reduce(0) { $0 + $1.tokens.count }
    func mean(_ vectors: (SparseMemory) -> [Float]) -> [Float] {
      var sums = [Double](repeating: 0, count: shape.entryCount * dimension)
      for reference in references {
        vectors(reference.memory).withUnsafeBufferPointer { vectors in
          for entry in 0..<shape.entryCount {
            let first = entry * reference.tokens.count
            for row in first..<first + reference.tokens.count {
              for element in 0..<dimension {
                sums[entry * dimension + element] += Double(vectors[row * dimension + element])
              }
            }
          }
        }
      }
      return sums.map { Float($0 / Double(tokenCount)) }
    }
    meanKeys = mean(\.keys)
    meanValues = mean(\.values)
  }
}
