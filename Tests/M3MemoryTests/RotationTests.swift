import Glibc
import M3Memory
import M3TestSupport
import Testing

@Suite struct RotationTests {
  static let producers = [("plain", [String]()), ("lengthened", ["1.0", "2.5"])].map { name, factors in
    var producer = Producer.sample
    producer.rotaryFactors = factors
    return producer
  }

  /// One pair of numbers at a time, as a complex number times e^(i·angle).
  @Test(arguments: 0..<2, [0, 1, 2, 1000])
  func keysAreRotatedToTheirPositions(index: Int, firstPosition: Int) {
    let producer = Self.producers[index]
    var random = Randomness(seed: 7)
    let memory = SparseMemory(
      shape: producer.shape, tokenCount: 100, counts: [2, 0, 1, 0, 3, 1], positions: [0, 99, 5, 1, 2, 3, 50],
      keys: random.floats(28), values: random.floats(28))
    let found = Rotation(producer, positionCount: firstPosition + 100).rotatedKeys(memory, firstPosition: firstPosition)
    for (row, position) in memory.positions.enumerated() {
      for pair in 0..<2 {
        let factor = producer.rotaryFactors.isEmpty ? 1 : Double(producer.rotaryFactors[pair])!
        let angle = Double(firstPosition + Int(position)) * pow(10_000, -2 * Double(pair) / 4) / factor
        let (low, high) = (Double(memory.keys[4 * row + pair]), Double(memory.keys[4 * row + pair + 2]))
        #expect((Double(found[4 * row + pair]) - (low * cos(angle) - high * sin(angle))).magnitude < 1e-6)
        #expect((Double(found[4 * row + pair + 2]) - (low * sin(angle) + high * cos(angle))).magnitude < 1e-6)
      }
    }
  }

  @Test func positionZeroChangesNothing() {
    var random = Randomness(seed: 8)
    let memory = SparseMemory(
      shape: Producer.sample.shape, tokenCount: 1, counts: [1, 0, 0, 0, 0, 1], positions: [0, 0],
      keys: random.floats(8),
      values: random.floats(8))
    #expect(Rotation(.sample, positionCount: 1).rotatedKeys(memory, firstPosition: 0) == memory.keys)
  }

  @Test func emptyMemories() {
    let memory = SparseMemory(
      shape: Producer.sample.shape, tokenCount: 0, counts: Array(repeating: 0, count: 6), positions: [], keys: [],
      values: [])
    #expect(Rotation(.sample, positionCount: 0).rotatedKeys(memory, firstPosition: 0) == [])
  }
}
