import M3Bytes
import M3Codec
import M3Memory

/// What stages note beside memories: surveys of memories and of codes, the BOS memory.
enum SurveyTarget: FuzzTarget {
  static let name = "survey"

  static var seeds: [[UInt8]] {
    var codes = CodeSurvey()
    for count in [3, 5] { codes.add(tokenCount: count, byteCount: 40 * count) }
    var memories = ByteWriter()
    memories.append("M3SURVEY".utf8)
    for number: UInt32 in [1, 4, 8, 5] { memories.integer(number) }
    memories.integer(UInt64(2))
    for rows: UInt32 in [6, 20] { memories.integer(rows) }
    for rows: UInt64 in [8, 5, 6, 7] { memories.integer(rows) }
    for value in SmallMemories.floats(128, seed: 8) { memories.integer(Double(value).bitPattern) }
    return [codes.bytes, Sealing.trailing(over: memories.bytes), SmallMemories.bos.bytes]
  }

  static func run(_ bytes: [UInt8]) throws {
    if bytes.starts(with: "M3BOS".utf8) {
      let bos = try BOSMemory(bytes: bytes)
      expect(bos.bytes == bytes, "a BOS memory of other bytes")
      return
    }
    let path = ScratchFiles.write(bytes, to: "survey.m3s")
    if bytes.starts(with: "M3SIZES".utf8) {
      expect(try CodeSurvey(path: path).bytes == bytes, "a survey of codes of other bytes")
    } else {
      let survey = try MemorySurvey(path: path, shape: SmallMemories.shape)
      expect(survey.bytes == bytes, "a survey of other bytes")
      _ = survey.sums.statistics()
    }
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { Sealing.trailing(bytes) }
}
