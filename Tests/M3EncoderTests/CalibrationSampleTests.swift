import M3Bytes
import M3Encoder
import M3Records
import M3TestSupport
import M3Text
import Testing

@Suite struct CalibrationSampleTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: [
    (1, [4]), (2, [2, 6]), (3, [1, 4, 7]), (4, [1, 3, 5, 7]), (8, [0, 1, 2, 3, 5, 6, 7, 8]), (9, Array(0..<9)),
    (100, Array(0..<9)),
  ])
  func spreadEvenly(count: Int, expected: [Int]) throws {
    let folder = try TemporaryFolder()
    let texts = (0..<9).map { "text number \($0)" }
    // Three files, so that the sample runs on from one to the next.
    for part in 0..<3 { try write(part, Array(texts[part * 3..<part * 3 + 3]), folder) }
    let sample = try CalibrationSample(input: folder.path, count: count, tokenizer: tiny.tokenizer)
    #expect(sample.references == expected.map { tiny.tokenizer.encode(texts[$0]) })
    #expect(sample.inputCount == 9)
    #expect(sample.digest == .of(expected.flatMap { Array(texts[$0].utf8) + [0] }))
    #expect(sample.tokenCount == sample.references.joined().count)
  }

  @Test func emptyTextsArePassedOver() throws {
    let folder = try TemporaryFolder()
    try write(0, ["", "a text", ""], folder)
    let sample = try CalibrationSample(input: folder.path, count: 3, tokenizer: tiny.tokenizer)
    #expect(sample.references == [tiny.tokenizer.encode("a text")])
  }

  @Test(arguments: [[], [""]])
  func nothingToCalibrateOn(texts: [String]) throws {
    let folder = try TemporaryFolder()
    try write(0, texts, folder)
    let error = #expect(throws: FormatError.self) {
      try CalibrationSample(input: folder.path, count: 3, tokenizer: tiny.tokenizer)
    }
    #expect(error?.problem == .missing("references"))
  }

  @Test func anotherTokenizer() throws {
    let folder = try TemporaryFolder()
    try write(0, ["one", "two"], folder, claimed: 99)
    let error = #expect(throws: FormatError.self) {
      try CalibrationSample(input: folder.path, count: 1, tokenizer: tiny.tokenizer)
    }
    #expect(error?.field == "token_count")
    #expect(error?.record == "1/0#0")
    #expect(error?.file == "part-00000.jsonl.zst")
  }

  @Test func aBadLineOfTheSampleIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(ZstdFrame.compress(Array("{}\n".utf8), level: 3), "part-00000.jsonl.zst")
    let error = #expect(throws: FormatError.self) {
      try CalibrationSample(input: folder.path, count: 1, tokenizer: tiny.tokenizer)
    }
    #expect(error?.line == 1)
    #expect(error?.file == "part-00000.jsonl.zst")
  }

  private func write(_ part: Int, _ texts: [String], _ folder: TemporaryFolder, claimed: Int? = nil) throws {
    let writer = try RecordWriter(path: folder.file("part-0000\(part).jsonl.zst"))
    for (index, text) in texts.enumerated() {
      let document = claimed == nil ? "\(part)/\(index)" : "\(index)/0"
      try writer.write(
        Reference(
          id: "\(document)#0", text: text, documentID: document, chunk: 0, start: 0, end: text.utf8.count,
          tokenCount: claimed ?? tiny.tokenizer.encode(text).count))
    }
    _ = try writer.commit()
  }
}
