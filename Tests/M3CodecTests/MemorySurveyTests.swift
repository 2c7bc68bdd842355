import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct MemorySurveyTests {
  let shape = MemoryShape.small()

  private func survey(_ count: Int) -> (survey: MemorySurvey, memories: [SparseMemory]) {
    var random = Randomness(seed: 5)
    var survey = MemorySurvey(shape: shape)
    let memories = (0..<count).map { index in
      let counts = (0..<6).map { _ in random.integer(below: 4) }
      return SparseMemory(random: &random, shape: shape, tokenCount: 4 + index % 7, counts: counts)
    }
    for memory in memories { survey.add(memory) }
    return (survey, memories)
  }

  @Test(arguments: [0, 1, 20])
  func theFileGivesBackWhatWasAdded(count: Int) throws {
    let folder = try TemporaryFolder()
    let (survey, memories) = survey(count)
    let found = try MemorySurvey(path: folder.write(survey.bytes, "survey"), shape: shape)
    #expect(found.rowCounts == memories.map { UInt32($0.rowCount) })
    #expect(found.longestReference == memories.map(\.tokenCount).max() ?? 0)
    #expect(found.sums.statistics() == survey.sums.statistics())
    #expect(found.bytes == survey.bytes)
  }

  @Test func everyFlippedBitAndEveryTruncationIsFound() throws {
    let folder = try TemporaryFolder()
    let bytes = survey(2).survey.bytes
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        let path = try folder.write(damaged, "survey")
        #expect(throws: FormatError.self, "byte \(index), bit \(bit)") { try MemorySurvey(path: path, shape: shape) }
      }
    }
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]), "survey")
      #expect(throws: FormatError.self, "\(length) bytes") { try MemorySurvey(path: path, shape: shape) }
    }
    let path = try folder.write(bytes + [0], "survey")
    #expect(throws: FormatError.self) { try MemorySurvey(path: path, shape: shape) }
  }

  @Test func anotherShapeIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(survey(1).survey.bytes, "survey")
    let other = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 8)
    let error = #expect(throws: FormatError.self) { try MemorySurvey(path: path, shape: other) }
    #expect(error?.field == "entries")
    #expect(error?.file == path)
  }
}
