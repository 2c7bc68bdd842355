#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Records
import M3TestSupport
import Testing

struct InputDivisionTests {
  private let folder = TemporaryFolder()

  private static func file(_ name: String, _ byteCount: UInt64) throws -> InputFile {
    InputFile(path: "/absent/\(name)", name: name, format: try InputFormat(name: name), byteCount: byteCount)
  }

  /// Names and sizes that need no look into the files.
  private func names(_ files: [(String, UInt64)], _ taskBytes: UInt64) throws -> [[String]] {
    let tasks = try InputDivision(taskBytes: taskBytes).tasks(files.map { try Self.file($0.0, $0.1) })
    #expect(tasks.joined().allSatisfy { $0.range == nil && $0.byteCount == $0.file.byteCount })
    return tasks.map { $0.map(\.file.name) }
  }

  @Test func smallFilesArePutTogether() throws {
    #expect(
      try names([("c.txt", 60), ("a.txt", 30), ("b.txt", 30), ("d.txt", 0), ("e.txt", 100)], 100)
        == [["a.txt", "b.txt", "c.txt"], ["d.txt"], ["e.txt"]])
    #expect(try names([("a.txt", 99), ("b.txt", 99), ("c.txt", 1)], 100) == [["a.txt", "b.txt"], ["c.txt"]])
    #expect(try names([("a.txt", 1), ("b.txt", 5_000), ("c.txt", 1)], 100) == [["a.txt"], ["b.txt"], ["c.txt"]])
    #expect(try names([("a.txt", 0)], 100) == [["a.txt"]])
    #expect(try names([], 100).isEmpty)
    let many = (0..<10_000).map { ("\($0).jsonl", UInt64(1_000)) }
    #expect(try names(many, 1 << 20).count == 10)
  }

  @Test func aCompressedByteCountsAsSeveral() throws {
    #expect(
      try names([("a.jsonl.gz", 10), ("b.jsonl.zst", 10), ("c.txt.lz4", 10), ("d.jsonl", 1)], 100)
        == [["a.jsonl.gz", "b.jsonl.zst", "c.txt.lz4"], ["d.jsonl"]])
    #expect(
      try names([("a.jsonl", 1), ("b.jsonl.zst", 400), ("c.jsonl", 1)], 100)
        == [["a.jsonl"], ["b.jsonl.zst"], ["c.jsonl"]])
  }

  @Test(arguments: [("x.jsonl.gz", "gzip -dc"), ("x.jsonl.zst", "zstd -dc"), ("x.txt.lz4", "lz4 -dc")])
  func aCompressedFileThatIsTooMuchForATask(_ name: String, _ command: String) throws {
    let error = #expect(throws: FormatError.self) { try names([("a.jsonl", 1), (name, 401)], 100) }
    #expect(error?.file == "/absent/\(name)")
    let text = "\(try #require(error))"
    for part in ["401 bytes", "at most 400 bytes", command, "split", "task_bytes"] { #expect(text.contains(part)) }
    #expect(throws: FormatError.self) { try names([(name, .max)], 100) }
    #expect(try names([(name, .max)], .max) == [[name]])
    #expect(try names([(name, 1 << 40)], 1 << 60) == [[name]])
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func theOrderOfTheFilesDoesNotMatter(_ seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    let files = try (0..<200).map {
      try Self.file("\(randomness.integer(below: 50))/\($0).txt", randomness.next() % 3_000)
    }
    let division = InputDivision(taskBytes: 10_000)
    let tasks = try division.tasks(files)
    #expect(try division.tasks(files.shuffled(using: &randomness)) == tasks)
    let names = tasks.joined().map(\.file.name)
    #expect(names == files.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(tasks.dropLast().allSatisfy { (10_000..<13_000).contains($0.reduce(0) { $0 + $1.byteCount }) })
  }

  /// The slow twin: all first bytes of lines, and of them the first at or behind each multiple of the size, if one comes
  /// before the next multiple.
  private func cuts(_ bytes: [UInt8], _ size: Int) -> [Int] {
    let starts = bytes.indices.filter { $0 > 0 && bytes[$0 - 1] == 0x0A }
    return stride(from: size, to: bytes.count, by: size).filter { 2 * (bytes.count - $0) > size }
      .compactMap { wanted in starts.first { $0 >= wanted && $0 < wanted + size } }
  }

  private func ranges(_ path: String, _ size: UInt64) throws -> [Range<UInt64>?] {
    let tasks = try InputDivision(taskBytes: size).tasks(try InputFiles.resolve([path]))
    #expect(tasks.allSatisfy { $0.count == 1 })
    return tasks.map { $0[0].range }
  }

  @Test(arguments: [UInt64](1...16))
  func linesOfAllLengths(_ seed: UInt64) throws {
    var randomness = Randomness(seed: seed)
    let longest = [1, 10, 100, 3_000][randomness.integer(below: 4)]
    var bytes: [UInt8] = []
    for _ in 0..<randomness.integer(below: 400) {
      bytes += [UInt8](repeating: 0x20, count: randomness.integer(below: longest + 1)) + [0x0A]
    }
    if seed % 2 == 0 { bytes += [0x78] }
    let path = try folder.file("x.jsonl", bytes)
    for size in [1, 2, 7, 64, 1_000, 5_000, 100_000] {
      let expected = cuts(bytes, size)
      let bounds = [0] + expected + [bytes.count]
      let ranges = zip(bounds, bounds.dropFirst()).map { UInt64($0)..<UInt64($1) }
      #expect(try self.ranges(path, UInt64(size)) == (expected.isEmpty ? [nil] : ranges.map { $0 }))
      #expect(ranges.count == 1 || ranges.allSatisfy { !$0.isEmpty })
    }
  }

  @Test func whatIsCut() throws {
    let line = [UInt8](repeating: 0x20, count: 9) + [0x0A]
    let bytes = [UInt8]([[UInt8]](repeating: line, count: 15).joined())
    let path = try folder.file("x.jsonl", bytes)
    #expect(try ranges(path, 100) == [nil])
    #expect(try ranges(path, 99) == [0..<100, 100..<150])
    #expect(try ranges(path, 50) == [0..<50, 50..<100, 100..<150])
    #expect(try ranges(try folder.file("x.ndjson", bytes), 60) == [0..<60, 60..<150])
    #expect(try ranges(try folder.file("x.txt", bytes), 50) == [nil])
    // One line of several sizes, and one that ends at the file's end.
    #expect(try ranges(try folder.file("long.jsonl", [UInt8](repeating: 0x20, count: 999) + [0x0A]), 10) == [nil])
    let long = [UInt8](repeating: 0x20, count: 35) + [0x0A] + line + [UInt8](repeating: 0x20, count: 54)
    #expect(try ranges(try folder.file("long.jsonl", long), 10) == [0..<36, 36..<46, 46..<100])
  }

  @Test func aFileOfAnotherSizeThanListed() throws {
    let path = try folder.file("x.jsonl", "{}\n{}\n")
    let files = try InputFiles.resolve([path])
    try folder.file("x.jsonl", "{}\n{}\n{}\n")
    #expect(throws: FormatError.self) { try InputDivision(taskBytes: 2).tasks(files) }
  }

  /// A file of 64 GiB that is all holes but for a line's end behind each cut: reading it whole would take minutes.
  @Test func ofALargeFileOnlyWhatIsAroundTheCutsIsRead() throws {
    let path = "\(folder.path)/large.jsonl"
    let size: UInt64 = 64 << 30
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o644)
    try #require(descriptor >= 0 && ftruncate(descriptor, off_t(size)) == 0)
    var feed = UInt8(0x0A)
    for cut in 1..<256 { try #require(pwrite(descriptor, &feed, 1, off_t(cut) << 28 + 99) == 1) }
    close(descriptor)
    let bounds = [0] + (1..<256).map { UInt64($0) << 28 + 100 } + [size]
    #expect(try ranges(path, 256 << 20) == zip(bounds, bounds.dropFirst()).map { $0..<$1 })
  }
}
