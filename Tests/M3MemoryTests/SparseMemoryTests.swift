import M3Memory
import Testing

@Suite struct SparseMemoryTests {
  @Test func offsetsOfRaggedEntries() {
    let memory = SparseMemory(
      shape: MemoryShape(layers: [1, 4], keyValueHeadCount: 2, headDimension: 2), tokenCount: 9, counts: [2, 0, 1, 3],
      positions: [0, 8, 3, 1, 2, 7], keys: Array(repeating: 0, count: 12), values: Array(repeating: 0, count: 12))
    #expect(memory.shape.entryCount == 4)
    #expect(memory.rowCount == 6)
    #expect(memory.offsets == [0, 2, 2, 3, 6])
  }

  @Test(
    arguments: [
      ("what is kept", 9, [2, 0, 1], [0, 8, 3], nil),
      ("nothing", 0, [0, 0], [], nil),
      ("every token", 3, [3], [0, 1, 2], nil),
      ("more than there are", 2, [3], [0, 1, 2], "entry 0 keeps 3 of 2 tokens"),
      ("a negative count", 9, [1, -1], [0], "entry 1 keeps -1 of 9 tokens"),
      ("counts beyond the positions", 9, [1, 2], [0, 1], "entry 1 keeps 2 of 9 tokens"),
      ("positions beyond the counts", 9, [1, 1], [0, 1, 2], "1 positions belong to no entry"),
      ("descending", 9, [0, 2], [5, 4], "entry 1 has position 4 behind 5 of 9"),
      ("twice", 9, [2], [5, 5], "entry 0 has position 5 behind 5 of 9"),
      ("behind the reference", 9, [1], [9], "entry 0 has position 9 behind -1 of 9"),
    ] as [(String, Int, [Int], [UInt16], String?)])
  func inconsistencies(name: String, tokenCount: Int, counts: [Int], positions: [UInt16], expected: String?) {
    #expect(
      SparseMemory.firstInconsistency(tokenCount: tokenCount, counts: counts, positions: positions) == expected,
      "\(name)")
  }
}
