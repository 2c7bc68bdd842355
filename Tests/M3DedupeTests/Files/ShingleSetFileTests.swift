import M3Bytes
import M3Dedupe
import M3TestSupport
import Testing

struct ShingleSetFileTests {
  private let texts = [
    ShingledText(id: "a", textHash: 1, shingles: [5, 4, 5]),
    ShingledText(id: "", textHash: .max, shingles: []),
    ShingledText(id: "Fluß 河", textHash: 7, shingles: [.max]),
  ]

  private func write(_ texts: [ShingledText], _ path: String) throws {
    let writer = try ShingleSetWriter(path: path)
    for text in texts {
      var record: [UInt8] = []
      let size = text.shingles.withUnsafeBufferPointer {
        ShingledText.append(id: text.id, textHash: text.textHash, shingles: $0, to: &record)
      }
      try writer.append(record, sizes: [size])
    }
    _ = try writer.commit()
  }

  private func read(_ path: String) throws -> [ShingledText] {
    let file = try ShingleSetFile(path: path)
    return try (0..<file.count).map { try file.text(at: $0) }
  }

  @Test(arguments: [0, 1, 3]) func givesBackWhatWasWritten(count: Int) throws {
    let folder = try TemporaryFolder()
    try write(Array(texts[..<count]), folder.file("f"))
    #expect(try read(folder.file("f")) == Array(texts[..<count]))
  }

  @Test func readsInAnyOrder() throws {
    let folder = try TemporaryFolder()
    try write(texts, folder.file("f"))
    let file = try ShingleSetFile(path: folder.file("f"))
    #expect(try [2, 0, 1, 2].map { try file.text(at: $0) } == [texts[2], texts[0], texts[1], texts[2]])
    #expect(try file.byteCount(at: 0) == 16 + 1 + 24 + 8)
  }

  @Test func findsEveryFlippedBit() throws {
    let folder = try TemporaryFolder()
    try write(texts, folder.file("f"))
    let bytes = try folder.read("f")
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "damaged")
      let error = #expect(throws: FormatError.self, "bit \(bit)") { try read(folder.file("damaged")) }
      #expect(error?.file == folder.file("damaged"))
    }
  }

  @Test func findsEveryTruncation() throws {
    let folder = try TemporaryFolder()
    try write(texts, folder.file("f"))
    let bytes = try folder.read("f")
    for count in 0..<bytes.count {
      try folder.write(Array(bytes[..<count]), "damaged")
      #expect(throws: FormatError.self, "\(count) bytes") { try read(folder.file("damaged")) }
    }
  }
}
