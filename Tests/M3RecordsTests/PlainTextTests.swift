import M3Bytes
import M3Records
import Testing

struct PlainTextTests {
  private let folder = TemporaryFolder()

  @Test func theWholeFileIsOneDocument() throws {
    for (content, text) in [
      ("", ""), ("a\r\nb\n\n", "a\r\nb\n\n"), ("\u{FEFF}é", "é"), ("{\"text\":1}", "{\"text\":1}"),
      (
        String(repeating: "\u{20AC} \"quoted\" \\ \t\n", count: 200_000),
        String(repeating: "\u{20AC} \"quoted\" \\ \t\n", count: 200_000)
      ),
    ] {
      let path = try folder.file("sub/a.txt", content)
      let results = try DocumentReader.results(path)
      #expect(
        results.map(\.record) == [
          Document(
            id: "a.txt", text: text,
            place: RecordPlace(file: "a.txt", line: 1, byteOffset: 0, byteCount: UInt64(content.utf8.count)))
        ])
      #expect(try DocumentReader.results(folder.path).first?.record?.id == "sub/a.txt")
    }
  }

  @Test(
    arguments: [
      (Array("ab\nc\0d".utf8), .unsupported(found: "U+0000"), 4, 2),
      (Array("ab\n\n".utf8) + [0xFF], .malformed("not UTF-8"), 4, 3),
      ([0xC3], .malformed("not UTF-8"), 0, 1),
      (Array("0123456789".utf8), .outOfRange(found: "10 bytes", allowed: "at most 9"), 0, 1),
    ] as [([UInt8], FormatError.Problem, UInt64, Int)])
  func textsThatAreRefused(_ example: (bytes: [UInt8], problem: FormatError.Problem, offset: UInt64, line: Int)) throws
  {
    let results = try DocumentReader.results(try folder.file("a.txt", example.bytes), maximumRecordBytes: 9)
    #expect(results.count == 1)
    let bad = try #require(results[0].bad)
    #expect(bad.raw == example.bytes)
    #expect(bad.place == RecordPlace(file: "a.txt", line: 1, byteOffset: 0, byteCount: UInt64(example.bytes.count)))
    let field = example.bytes.count > 9 ? "record" : "text"
    #expect(
      bad.error == FormatError(example.problem, field: field, at: example.offset, line: example.line, file: "a.txt"))
  }

  /// Its length is known although only its beginning is kept.
  @Test func aTextThatIsTooLong() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
    for limit in [9, 100_000, 2_500_000, bytes.count - 1] {
      let bad = try #require(
        try DocumentReader.results(try folder.file("a.txt", bytes), maximumRecordBytes: limit).first?.bad)
      #expect(bad.raw == Array(bytes[..<(64 << 10)]))
      #expect(bad.place.byteCount == UInt64(bytes.count))
    }
    #expect(try DocumentReader.results("\(folder.path)/a.txt", maximumRecordBytes: bytes.count)[0].record != nil)
  }
}
