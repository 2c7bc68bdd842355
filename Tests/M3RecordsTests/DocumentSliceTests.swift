import M3Bytes
import M3Records
import M3TestSupport
import Testing

/// Documents of ranges of a file.
struct DocumentSliceTests {
  private let folder = TemporaryFolder()

  private func results(_ file: InputFile, _ range: Range<UInt64>?, _ firstLine: Int) throws -> [RecordResult<Document>]
  {
    let reader = try DocumentReader(file: file, range: range, firstLine: firstLine, maximumRecordBytes: 5_000)
    var results: [RecordResult<Document>] = []
    while let result = try reader.next() { results.append(result) }
    return results
  }

  /// Lines of all kinds: empty ones, CR LF, bad ones, one that is too long; a byte order mark before the first.
  private static func bytes(_ randomness: inout Randomness) -> [UInt8] {
    var bytes: [UInt8] = randomness.integer(below: 2) == 0 ? [0xEF, 0xBB, 0xBF] : []
    for _ in 0..<randomness.integer(below: 200) {
      switch randomness.integer(below: 8) {
      case 0: break
      case 1: bytes += Array("{\"text\":".utf8)
      case 2: bytes += [UInt8](repeating: 0x20, count: 4_990 + randomness.integer(below: 20))
      case 3: bytes += [0xEF, 0xBB, 0xBF] + Array("{}".utf8)
      default: bytes += Array("{\"text\":\"\(String(repeating: "é", count: randomness.integer(below: 200)))\"}".utf8)
      }
      bytes += randomness.integer(below: 4) == 0 ? [0x0D, 0x0A] : [0x0A]
    }
    if randomness.integer(below: 2) == 0 { bytes += Array("{\"text\":\"no line end\"}".utf8) }
    return bytes
  }

  @Test(arguments: [UInt64](1...8))
  func theSameDocumentsHoweverTheFileIsDivided(_ seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    let bytes = Self.bytes(&randomness)
    let file = try InputFiles.resolve([try folder.file("d.jsonl", bytes)])[0]
    let whole = try results(file, nil, 1).map { "\($0)" }
    for size in [1, 100, 1_000, 10_000] as [UInt64] {
      var parts: [String] = []
      var line = 1
      for slice in try InputDivision(taskBytes: size).tasks([file]).joined() {
        parts += try results(file, slice.range, line).map { "\($0)" }
        let range = slice.range ?? 0..<file.byteCount
        line += bytes[Int(range.lowerBound)..<Int(range.upperBound)].count { $0 == 0x0A }
      }
      #expect(parts == whole)
    }
  }

  @Test func whatIsRefused() throws {
    let line = "{\"text\":\"a\"}\n"
    let plain = try InputFiles.resolve([try folder.file("d.jsonl", line + line)])[0]
    let reader = try DocumentReader(file: plain, range: 13..<26, firstLine: 2)
    #expect(try reader.next()?.record?.id == "d.jsonl:2")
    #expect(try reader.next() == nil)
    // A range that the file does not have.
    let beyond = try DocumentReader(file: plain, range: 13..<27, firstLine: 2)
    for _ in 0..<2 {
      let error = #expect(throws: FormatError.self) { while try beyond.next() != nil {} }
      #expect(error?.problem == .truncated(needed: 1, available: 0))
      #expect(error?.byteOffset == 26)
    }
    let text = try InputFiles.resolve([try folder.file("d.txt", line)])[0]
    let frame = ZstdFrame.compress(Array(line.utf8), level: 3)
    let compressed = try InputFiles.resolve([try folder.file("d.jsonl.zst", frame)])[0]
    for file in [text, compressed] {
      let error = #expect(throws: FormatError.self) { try DocumentReader(file: file, range: 0..<1) }
      #expect(error?.field == "range of the file")
    }
  }
}
