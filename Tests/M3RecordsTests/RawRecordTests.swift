import M3Bytes
import M3Records
import M3Streams
import M3TestSupport
import Testing

struct RawRecordTests {
  private let folder = TemporaryFolder()

  private static let limit = 100_000

  /// Lines of many lengths, the third of them above the limit.
  private static let lines: [[UInt8]] = {
    var randomness = Randomness(seed: 5)
    return [10, 0, 120_000, 65_536, 1, 65_537, 100_000].map { length in
      (0..<length).map { _ in 0x20 + UInt8(randomness.integer(below: 200)) }
    }
  }()

  private static func file(_ folder: TemporaryFolder, _ ending: String) throws -> String {
    let path = "\(folder.path)/d.jsonl\(ending)"
    let bytes = Array(lines.joined(separator: [0x0A]))
    switch ending {
    case ".zst":
      let writer = try ZstdWriter(path: path)
      try writer.write(bytes)
      _ = try writer.commit()
    case ".lz4":
      let writer = try LZ4Writer(path: path)
      try writer.write(bytes)
      _ = try writer.commit()
    default:
      try AtomicFile.write(bytes, to: path)
    }
    return path
  }

  private static let places: [RecordPlace] = lines.indices.map { index in
    let offset = lines[..<index].reduce(0) { $0 + $1.count + 1 }
    return RecordPlace(
      file: "d", line: index + 1, byteOffset: UInt64(offset), byteCount: UInt64(lines[index].count))
  }

  @Test(arguments: ["", ".zst", ".lz4"])
  func recordsComeBackByTheirPlaces(_ ending: String) throws {
    let reader = try RawRecordReader(path: Self.file(folder, ending), maximumRecordBytes: Self.limit)
    // In order, with some left out, one twice, and backwards.
    for index in [0, 1, 2, 3, 4, 5, 6, 0, 3, 3, 6, 5, 2, 1] {
      let line = Self.lines[index]
      let expected = line.count > Self.limit ? Array(line[..<(64 << 10)]) : line
      #expect(try reader.bytes(at: Self.places[index]) == expected, "record \(index)")
    }
  }

  @Test(arguments: ["", ".zst", ".lz4"])
  func aFileThatChangedIsNotRead(_ ending: String) throws {
    let path = try Self.file(folder, ending)
    let reader = try RawRecordReader(path: path, maximumRecordBytes: Self.limit)
    #expect(try reader.bytes(at: Self.places[0]) == Self.lines[0])
    _ = try Self.file(folder, ending)
    let error = #expect(throws: FormatError.self) { try reader.bytes(at: Self.places[1]) }
    guard case .mismatch = error?.problem else { Issue.record("\(String(describing: error))"); return }
  }

  @Test(arguments: ["", ".zst"])
  func aRecordThatIsNotThere(_ ending: String) throws {
    let reader = try RawRecordReader(path: Self.file(folder, ending), maximumRecordBytes: Self.limit)
    var place = Self.places[6]
    place.byteCount = UInt64(Self.limit)
    place.byteOffset += 1
    #expect(throws: FormatError.self) { try reader.bytes(at: place) }
    place.byteOffset += 1 << 40
    #expect(throws: FormatError.self) { try reader.bytes(at: place) }
  }

  @Test func ofDocumentsAndReferences() throws {
    let path = try folder.file("x.jsonl", "\u{FEFF}{\"text\":\"a\"}\r\n\n{ \"text\": \"b\"}\n")
    let reader = try DocumentReader(file: InputFiles.resolve([path])[0])
    for line in ["{\"text\":\"a\"}", "{ \"text\": \"b\"}"] {
      let place = try #require(try reader.next()?.record?.place)
      #expect(try reader.rawRecords.bytes(at: place) == Array(line.utf8))
    }
    let text = try folder.file("x.txt", "\u{FEFF}é\n")
    let document = try #require(try DocumentReader.results(text).first?.record)
    let raw = try RawRecordReader(path: text, maximumRecordBytes: 100).bytes(at: document.place)
    #expect(raw == Array("\u{FEFF}é\n".utf8))

    var lines: [UInt8] = []
    for chunk in 0..<2 {
      Reference(id: "d#\(chunk)", text: "t", documentID: "d", chunk: chunk, start: 0, end: 1, tokenCount: 1)
        .appendLine(to: &lines)
    }
    let references = try ReferenceReader(path: try folder.file("r.jsonl", lines))
    #expect(references.place == nil)
    for line in lines.split(separator: 0x0A) {
      #expect(try references.next() != nil)
      #expect(try references.rawRecords.bytes(at: try #require(references.place)) == Array(line))
    }
  }
}
