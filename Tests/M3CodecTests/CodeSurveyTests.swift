import M3Bytes
import M3Codec
import M3TestSupport
import Testing

@Suite struct CodeSurveyTests {
  private func survey(_ count: Int) -> CodeSurvey {
    var survey = CodeSurvey()
    for index in 0..<count { survey.add(tokenCount: 40 + index % 7, byteCount: 1000 * index) }
    return survey
  }

  @Test(arguments: [0, 1, 20])
  func theFileGivesBackWhatWasAdded(count: Int) throws {
    let folder = try TemporaryFolder()
    let survey = survey(count)
    #expect(survey.sizes == (0..<count).map { UInt32(1000 * $0) })
    #expect(survey.longestReference == (count == 0 ? 0 : count == 1 ? 40 : 46))
    #expect(try CodeSurvey(path: folder.write(survey.bytes, "survey")) == survey)
  }

  @Test func everyFlippedBitAndEveryTruncationIsFound() throws {
    let folder = try TemporaryFolder()
    let bytes = survey(2).bytes
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      let path = try folder.write(damaged, "survey")
      #expect(throws: FormatError.self, "bit \(bit)") { try CodeSurvey(path: path) }
    }
    for length in 0..<bytes.count {
      let path = try folder.write(Array(bytes[..<length]), "survey")
      #expect(throws: FormatError.self, "\(length) bytes") { try CodeSurvey(path: path) }
    }
    let path = try folder.write(bytes + [0], "survey")
    #expect(throws: FormatError.self) { try CodeSurvey(path: path) }
  }
}
