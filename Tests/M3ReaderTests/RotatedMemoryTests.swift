import M3Bank
import M3Codec
import M3Memory
import M3Reader
import M3Tensor
import M3TestSupport
import Testing

/// Memories as attention reads them, against the format's definition.
@Suite struct RotatedMemoryTests {
  @Test(arguments: CodecRegistry.untrainedNames, Producer.KeySpace.allCases)
  func everyElementIsTheDefinitionBitForBit(codec: String, keySpace: Producer.KeySpace) throws {
    // Codes of a vector are whole bytes.
    let width = ScalarWidth(name: codec)?.rawValue ?? 16
    for dimension in [2, 14, 16, 64, 66] where (dimension * width).isMultiple(of: 8) {
      let stored = try RandomBank(codec: codec, keySpace: keySpace, dimension: dimension)
      let bank = try MemoryBank(path: stored.folder.path)
      #expect(bank.count == RandomBank.recordCount)
      for index in 0..<bank.count {
        let record = try bank.record(index: index)
        let expected = try PlainMemory(record.payload, bank)
        let sparse = try bank.memory(record)
        #expect(bits(sparse.keys) == bits(expected.keys))
        #expect(bits(sparse.values) == bits(expected.values))
        #expect(sparse.positions.map { Int($0) } == expected.positions)
        let found = try bank.rotatedMemory(at: index)
        #expect(found.tokenCount == stored.memories[index].tokenCount)
        #expect(found.offsets == stored.memories[index].offsets)
        #expect(
          bits(found, \.keys)
            == bits(expected.rotatedKeys(bank.producer, longestReference: RandomBank.longestReference)))
        #expect(bits(found, \.values) == bits(expected.values))
        let ofRecord = try bank.rotatedMemory(record)
        #expect(ofRecord.offsets == found.offsets && ofRecord.tokenCount == found.tokenCount)
        #expect(bits(ofRecord, \.keys) == bits(found, \.keys))
        #expect(bits(ofRecord, \.values) == bits(found, \.values))
      }
    }
  }

  /// The copy of a memory in the producer's key space is the same memory.
  @Test(arguments: Producer.KeySpace.allCases)
  func theCopyOfASparseMemoryIsTheSame(keySpace: Producer.KeySpace) throws {
    let stored = try RandomBank(codec: "int4", keySpace: keySpace)
    let bank = try MemoryBank(path: stored.folder.path)
    let rotation = Rotation(
      bank.producer, positionCount: bank.producer.contextPosition(longestReference: RandomBank.longestReference))
    for index in 0..<bank.count {
      let found = try bank.rotatedMemory(at: index)
      let copy = RotatedMemory(
        try bank.memory(bank.record(index: index)), producer: bank.producer,
        longestReference: RandomBank.longestReference, rotation: rotation)
      #expect(copy.offsets == found.offsets && copy.tokenCount == found.tokenCount)
      #expect(bits(copy, \.keys) == bits(found, \.keys))
      #expect(bits(copy, \.values) == bits(found, \.values))
    }
  }

  @Test(arguments: [1, 2, 3, 16])
  func severalComeInTheirOrder(threads: Int) throws {
    let stored = try RandomBank(codec: "int4", keySpace: .beforeRotation)
    let bank = try MemoryBank(path: stored.folder.path)
    let indices = [4, 0, 10, 4, 2, 9, 6]
    let expected = try indices.map { try bank.rotatedMemory(at: $0) }
    let found = try bank.rotatedMemories(at: indices, threads: threads)
    #expect(found.map { bits($0, \.keys) } == expected.map { bits($0, \.keys) })
    #expect(found.map { bits($0, \.values) } == expected.map { bits($0, \.values) })
    #expect(try bank.rotatedMemories(at: [], threads: threads).isEmpty)
  }

  /// Memories that are held stay as they are, whatever is read after them, on however many threads.
  @Test func whatIsHeldIsNotRecycled() throws {
    let stored = try RandomBank(codec: "int4", keySpace: .beforeRotation)
    let bank = try MemoryBank(path: stored.folder.path)
    var random = Randomness(seed: 3)
    let expected = try (0..<bank.count).map { bits(try bank.rotatedMemory(at: $0), \.keys) }
    var held: [(index: Int, memory: RotatedMemory)] = []
    for _ in 0..<200 {
      let indices = (0..<5).map { _ in random.integer(below: bank.count) }
      let memories = try bank.rotatedMemories(at: indices, threads: 3)
      for (index, memory) in zip(indices, memories) where random.integer(below: 3) == 0 { held.append((index, memory)) }
      if held.count > 12 { held.removeFirst(held.count - 6) }
      for (index, memory) in held { #expect(bits(memory, \.keys) == expected[index]) }
    }
  }

  private func bits(_ floats: some Sequence<Float>) -> [UInt32] { floats.map(\.bitPattern) }

  private func bits(_ memory: RotatedMemory, _ buffer: KeyPath<RotatedMemory, FloatBuffer>) -> [UInt32] {
    bits(memory[keyPath: buffer].elements.prefix(memory.rowCount * memory.shape.headDimension))
  }
}
