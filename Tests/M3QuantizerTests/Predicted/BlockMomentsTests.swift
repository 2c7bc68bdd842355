import M3Memory
import M3Quantizer
import M3TestSupport
import Testing

@Suite("Means and covariances of blocks")
struct BlockMomentsTests {
  @Test("they are the slow ones, and the same by any number of workers", arguments: 1...3)
  func moments(workers: Int) {
    let source = SyntheticReferences(count: 12)
    let moments = BlockMoments(shape: SyntheticReferences.shape)
    for memory in source.memories { moments.add(memory, workers: workers) }
    let vectors = source.memories.flatMap { memory in
      (0..<memory.tokenCount).map { SyntheticReferences.vector(memory, $0).map { Double($0) } }
    }
    #expect(moments.count == vectors.count)
    let dimension = SyntheticReferences.shape.headDimension
    for block in 0..<SyntheticReferences.blocks {
      let elements = block * dimension..<(block + 1) * dimension
      let mean = elements.map { element in vectors.reduce(0) { $0 + $1[element] } / Double(vectors.count) }
      for (found, expected) in zip(moments.mean(block), mean) { #expect(abs(found - expected) < 1e-5) }
      let covariance = moments.covariance(block)
      for row in 0..<dimension {
        for column in 0..<dimension {
          let expected =
            vectors.reduce(0.0) {
              $0 + ($1[elements.lowerBound + row] - mean[row]) * ($1[elements.lowerBound + column] - mean[column])
            } / Double(vectors.count)
          #expect(abs(covariance[row, column] - expected) < 1e-4)
        }
      }
    }
    let alone = BlockMoments(shape: SyntheticReferences.shape)
    for memory in source.memories { alone.add(memory, workers: 1) }
    #expect((0..<SyntheticReferences.blocks).allSatisfy { alone.covariance($0) == moments.covariance($0) })
  }
}
