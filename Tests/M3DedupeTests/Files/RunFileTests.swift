import M3Bytes
import M3Dedupe
import M3TestSupport
import Testing

struct RunFileTests {
  private func write(_ runs: [[KeyedNumber]], _ path: String, attributes: [UInt64] = []) throws {
    let writer = try RunFileWriter<KeyedNumber>(path: path, kind: .band)
    for run in runs {
      for entry in run { try writer.append(entry) }
      try writer.endRun()
    }
    _ = try writer.commit(attributes: attributes)
  }

  private func read(_ path: String) throws -> [[KeyedNumber]] {
    try RunFile<KeyedNumber>(path: path, kind: .band).cursors().map { cursor in
      var run: [KeyedNumber] = []
      while let entry = try cursor.next() { run.append(entry) }
      return run
    }
  }

  private func run(_ count: Int, _ randomness: inout Randomness) -> [KeyedNumber] {
    (0..<count).map { KeyedNumber(key: randomness.next(), number: UInt32($0)) }
  }

  @Test(arguments: [[], [1], [4_095], [4_096], [4_097], [1, 8_192, 3], [10_000, 0, 1]])
  func givesBackWhatWasWritten(counts: [Int]) throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: 1)
    let runs = counts.map { run($0, &randomness) }
    try write(runs, folder.file("f"), attributes: [7, .max])
    #expect(try read(folder.file("f")) == runs.filter { !$0.isEmpty })
    let file = try RunFile<KeyedNumber>(path: folder.file("f"), kind: .band)
    #expect(file.attributes == [7, .max])
    #expect(file.entryCount == counts.reduce(0, +))
    #expect(throws: FormatError.self) { try file.attribute(2) }
  }

  @Test func findsEveryFlippedBit() throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: 2)
    try write([run(3, &randomness), run(2, &randomness)], folder.file("f"), attributes: [5])
    let bytes = try folder.read("f")
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      try folder.write(damaged, "damaged")
      #expect(throws: FormatError.self, "bit \(bit)") { try read(folder.file("damaged")) }
    }
  }

  @Test func findsEveryTruncationAndEverythingBehindTheEnd() throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: 3)
    try write([run(3, &randomness)], folder.file("f"))
    let bytes = try folder.read("f")
    for count in 0..<bytes.count {
      try folder.write(Array(bytes[..<count]), "damaged")
      #expect(throws: FormatError.self, "\(count) bytes") { try read(folder.file("damaged")) }
    }
    try folder.write(bytes + [0], "damaged")
    #expect(throws: FormatError.self) { try read(folder.file("damaged")) }
  }

  @Test func findsBlocksThatChangedPlaces() throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: 4)
    try write([run(8_192, &randomness)], folder.file("f"))
    var bytes = try folder.read("f")
    let size = 4_096 * 12 + 8
    let (first, second) = (Array(bytes[16..<16 + size]), Array(bytes[16 + size..<16 + 2 * size]))
    bytes.replaceSubrange(16..<16 + 2 * size, with: second + first)
    try folder.write(bytes, "damaged")
    let error = #expect(throws: FormatError.self) { try read(folder.file("damaged")) }
    #expect(error?.field == "block")
    #expect(error?.byteOffset == 16)
  }

  @Test func refusesAFileOfAnotherKindOrEntry() throws {
    let folder = try TemporaryFolder()
    try write([], folder.file("f"))
    let kind = #expect(throws: FormatError.self) { try RunFile<KeyedNumber>(path: folder.file("f"), kind: .members) }
    #expect(kind?.field == "magic")
    let size = #expect(throws: FormatError.self) { try RunFile<TextLength>(path: folder.file("f"), kind: .band) }
    #expect(size?.field == "entry size")
    #expect(size?.file == folder.file("f"))
  }

  /// A trailer that claims what the file does not have, with a sum that is right.
  @Test(arguments: [UInt64.max, 1 << 61, 3])
  func refusesLyingCounts(count: UInt64) throws {
    let folder = try TemporaryFolder()
    try write([], folder.file("f"))
    let header = try folder.read("f")[..<16]
    var runs = ByteWriter()
    for value in [count, 1, 0] { runs.integer(value) }
    runs.integer(XXH3.hash64(Array(header) + runs.bytes))
    try folder.write(Array(header) + runs.bytes, "run")
    #expect(throws: FormatError.self) { try read(folder.file("run")) }
    var directory = ByteWriter()
    for value in [count, 0] { directory.integer(value) }
    directory.integer(XXH3.hash64(Array(header) + directory.bytes))
    try folder.write(Array(header) + directory.bytes, "directory")
    #expect(throws: FormatError.self) { try read(folder.file("directory")) }
  }

  @Test func droppedTextsComeBack() throws {
    let folder = try TemporaryFolder()
    let texts = [
      DroppedText(position: 3, kept: 9, similarity: 0.8125, kind: .near),
      DroppedText(position: .max - 1, kept: 0, similarity: 1, kind: .exact),
    ]
    let writer = try RunFileWriter<DroppedText>(path: folder.file("f"), kind: .dropped)
    for text in texts { try writer.append(text) }
    _ = try writer.commit()
    var found: [DroppedText] = []
    try RunFile<DroppedText>(path: folder.file("f"), kind: .dropped).forEach { found.append($0) }
    #expect(found == texts)
    #expect(try found.map { try $0.kind() } == [.near, .exact])
    found[0].kindCode = 2
    #expect(throws: FormatError.self) { try found[0].kind() }
  }
}
