#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Chunking
import M3JSON
import M3Records
import M3Stage
import M3Streams
import M3TestSupport
import Testing

/// What input may hold, and what becomes of it under either policy.
struct BadRecordTests {
  private let workspace: ChunkWorkspace

  init() throws {
    workspace = try ChunkWorkspace()
  }

  struct Record: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let reason: String

    init(_ name: String, _ bytes: [UInt8], _ reason: String) {
      (testDescription, self.bytes, self.reason) = (name, bytes, reason)
    }

    init(_ name: String, _ text: String, _ reason: String) {
      self.init(name, Array(text.utf8), reason)
    }
  }

  private static func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  private static func line(_ text: String) -> [UInt8] { Array("{\"text\":\"\(text)\"}".utf8) }

  /// Records that are parsed and then refused are longer than what a reader keeps of bad ones.
  static let records = [
    Record("not UTF-8", Array(#"{"text":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), "bad_utf8"),
    Record("NUL", Array(#"{"text":"a"#.utf8) + [0] + Array(#""}"#.utf8), "bad_json"),
    Record("NUL, escaped", #"{"text":"\u0000"}"#, "nul_character"),
    Record("a lone surrogate", #"{"text":"\ud83c"}"#, "bad_json"),
    Record("too deep for JSON", #"{"text":"a","more":\#(nested(64))}"#, "json_limit"),
    Record("too deep for a reference", #"{"text":"a","more":\#(nested(63))}"#, "metadata_out_of_range"),
    Record("a key twice", #"{"text":"a","x":1,"x":2}"#, "duplicate_key"),
    Record("an id twice", #"{"id":"first","text":"\#(String(repeating: "again ", count: 50_000))"}"#, "duplicate_id"),
    Record("a long id", #"{"id":"\#(String(repeating: "i", count: 100_000))","text":"a"}"#, "id_out_of_range"),
    Record(
      "too much beside the text", #"{"text":"a","more":"\#(String(repeating: "m", count: 1 << 20))"}"#,
      "metadata_out_of_range"),
    Record("no text", #"{"id":"x"}"#, "missing_text"),
    Record("a text that is a number", #"{"text":3}"#, "bad_text"),
    Record("an id that is none", #"{"id":1.5,"text":"a"}"#, "bad_id"),
    Record("cut in the middle", #"{"text":"\#(String(repeating: "long ", count: 50_000))"#, "bad_json"),
  ]

  static let files = ["x.jsonl", "x.jsonl.zst", "x.jsonl.lz4", "x.jsonl.gz"]

  /// A byte order mark, a good record, the bad one, another good one without a line's end; lines end in CR LF.
  private func write(_ record: Record, _ name: String) throws -> (offset: UInt64, task: StageTask) {
    let before = Array("\u{FEFF}".utf8) + Array("{\"id\":\"first\",\"text\":\"a\"}\r\n\r\n".utf8)
    try Compressed.write(
      before + record.bytes + [0x0D, 0x0A] + Self.line("behind"), to: workspace.inputs.file(name))
    return (UInt64(before.count), try workspace.task([name]))
  }

  @Test(arguments: records, files)
  func underFailTheLineIsNamed(_ record: Record, _ name: String) throws {
    let (offset, task) = try write(record, name)
    let error = #expect(throws: FormatError.self) { try workspace.run(task) }
    #expect(error?.rejectionReason == record.reason)
    #expect(error?.file == name)
    #expect(error?.line == 3)
    if let found = error?.byteOffset { #expect((offset...offset + UInt64(record.bytes.count)).contains(found)) }
    #expect(try FilePaths.list(workspace.output.path).isEmpty)
  }

  @Test(arguments: records, files)
  func underQuarantineTheWholeRecordIsPutAside(_ record: Record, _ name: String) throws {
    let (offset, task) = try write(record, name)
    let result = try workspace.run(task, .quarantine)
    #expect(result.account.input == 3)
    #expect(result.account.kept == 2)
    #expect(result.account.rejected == [record.reason: 1])
    #expect(result.outputs.map(\.name) == ["quarantine-00000.jsonl.zst", "part-00000.jsonl.zst", "ids-00000.m3i"])
    for output in result.outputs {
      #expect(try SHA256Digest.ofFile(workspace.output.file(output.name)) == output.digest)
    }
    #expect(try workspace.references().map(\.id) == ["first#0", "\(name):4#0"])

    let entries = try workspace.quarantine()
    let entry = try #require(entries.first)
    #expect(entries.count == 1)
    #expect(try ChunkWorkspace.raw(entry) == record.bytes)
    #expect(entry["raw_truncated"] == nil)
    #expect(entry["kind"] == .string(record.reason))
    #expect(entry["file"] == .string(name))
    #expect(entry["line"] == 3)
    #expect(entry["byte_offset"] == .integer(Int64(offset)))
    #expect(entry["byte_count"] == .integer(Int64(record.bytes.count)))
  }

  @Test(arguments: files, [1, 3])
  func allOfThemAtOnce(_ name: String, _ workers: Int) throws {
    var bytes: [UInt8] = []
    for _ in 0..<3 {
      bytes += Self.line("good") + [0x0A]
      for record in Self.records { bytes += record.bytes + [0x0A] }
    }
    try Compressed.write(Array(#"{"id":"first","text":"a"}"#.utf8) + [0x0A] + bytes, to: workspace.inputs.file(name))
    let result = try workspace.run(workspace.task([name]), .quarantine, workers: workers)
    #expect(result.account.kept == 4)
    #expect(result.account.isBalanced)
    var expected: [String: Int] = [:]
    for record in Self.records { expected[record.reason, default: 0] += 3 }
    #expect(result.account.rejected == expected)
    let raw = try workspace.quarantine().map(ChunkWorkspace.raw)
    #expect(raw == (Self.records + Self.records + Self.records).map(\.bytes))
  }

  @Test(arguments: [BadInputPolicy.fail, .quarantine])
  func aRecordAboveTheLimit(_ policy: BadInputPolicy) throws {
    // A hole of 70 MiB, read as zeros, in the middle of a record.
    let path = try workspace.inputs.write(Self.line("before") + Array("\n{\"text\":\"".utf8), "x.jsonl")
    let start = try FilePaths.size(path)
    let grown = truncate(path, off_t(start + 70 << 20))
    try #require(grown == 0)
    append(Array("\"}\n".utf8) + Self.line("behind"), to: path)
    let size = try FilePaths.size(path)
    let byteCount = size - UInt64(Self.line("before").count + 2 + Self.line("behind").count)

    let task = try workspace.task(["x.jsonl"])
    guard policy == .quarantine else {
      let error = #expect(throws: FormatError.self) { try workspace.run(task) }
      #expect(error?.rejectionReason == "too_long")
      #expect(error?.line == 2)
      return
    }
    let result = try workspace.run(task, .quarantine)
    #expect(result.account.kept == 2)
    #expect(result.account.rejected == ["too_long": 1])
    let entry = try #require(try workspace.quarantine().first)
    let raw = try ChunkWorkspace.raw(entry)
    #expect(raw == Array("{\"text\":\"".utf8) + [UInt8](repeating: 0, count: 65_536 - 9))
    #expect(entry["raw_truncated"] == true)
    #expect(entry["byte_count"] == .integer(Int64(byteCount)))
  }

  @Test(arguments: [BadInputPolicy.fail, .quarantine], [".zst", ".lz4", ".gz"])
  func anArchiveThatWasCut(_ policy: BadInputPolicy, _ ending: String) throws {
    let name = "x.jsonl\(ending)"
    let lines = [UInt8]((0..<500).map { Self.line("line \($0)") + [0x0A] }.joined())
    try Compressed.write(lines, to: workspace.inputs.file(name))
    let whole = try workspace.inputs.read(name)
    for count in [0, 3, 8, whole.count / 2, whole.count - 5, whole.count - 1] {
      try workspace.inputs.write(Array(whole[..<count]), name)
      let error = #expect(throws: FormatError.self) { try workspace.run(workspace.task([name]), policy) }
      guard case .truncated = error?.problem else { Issue.record("\(String(describing: error))"); continue }
      #expect(error?.file?.hasSuffix(name) == true)
      #expect(try FilePaths.list(workspace.output.path).isEmpty)
    }
  }

  @Test(arguments: [BadInputPolicy.fail, .quarantine], ["x.jsonl", "x.jsonl.zst"])
  func aFileThatChangesWhileItIsRead(_ policy: BadInputPolicy, _ name: String) throws {
    // More than is read before the first documents are done.
    var randomness = Randomness(seed: 1)
    var lines: [UInt8] = []
    while lines.count < 3 << 20 {
      let text = (0..<100).map { _ in Hexadecimal.string(randomness.next()) }.joined()
      lines += Self.line(text) + [0x0A]
    }
    try Compressed.write(lines, to: workspace.inputs.file(name))
    var isChanged = false
    let error = #expect(throws: FormatError.self) {
      try workspace.run(workspace.task([name]), policy, workers: 1) { _ in
        guard !isChanged else { return }
        isChanged = true
        append([0x0A], to: workspace.inputs.file(name))
      }
    }
    #expect(error?.file?.hasSuffix(name) == true)
    #expect(try FilePaths.list(workspace.output.path).isEmpty)
  }

  @Test func linesThatAreFine() throws {
    let text = "\u{FEFF}{\"text\":\"a\"}\r\n\r\n\n{\"text\":\"b\"}\n{\"text\":\"c\"}"
    try workspace.inputs.write(Array(text.utf8), "x.jsonl")
    let result = try workspace.run(workspace.task(["x.jsonl"]))
    #expect(result.account.kept == 3)
    #expect(try workspace.references().map(\.text) == ["a", "b", "c"])
  }

  @Test func aLineOfAGigabyte() throws {
    /// A line of `"{\"text\":\""` and `xCount` letters, and a good one behind it.
    final class LongLine: ByteSource {
      private var head = Array("{\"text\":\"".utf8)[...]
      private var xCount = 1 << 30
      private var tail = Array("\"}\n{\"text\":\"behind\"}\n".utf8)[...]

      func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if xCount > 0 && head.isEmpty {
          let count = min(xCount, buffer.count)
          for index in 0..<count { buffer[index] = 0x78 }
          xCount -= count
          return count
        }
        let piece = (head.isEmpty ? tail : head).prefix(buffer.count)
        buffer.copyBytes(from: piece)
        if head.isEmpty { tail = tail.dropFirst(piece.count) } else { head = head.dropFirst(piece.count) }
        return piece.count
      }
    }
    let path = try workspace.inputs.write([], "x.jsonl")
    let reader = try DocumentReader(
      source: LongLine(), rawRecords: RawRecordReader(path: path, maximumRecordBytes: 64 << 20), file: "x.jsonl",
      format: .jsonLines)
    guard case .bad(let raw, let error, let place)? = try reader.next() else { Issue.record("it was read"); return }
    #expect(raw == Array("{\"text\":\"".utf8) + [UInt8](repeating: 0x78, count: 65_536 - 9))
    #expect(place == RecordPlace(file: "x.jsonl", line: 1, byteOffset: 0, byteCount: 1 << 30 + 11))
    #expect(error.rejectionReason == "too_long")
    guard case .record(let document)? = try reader.next() else { Issue.record("the next one is lost"); return }
    #expect(document.id == "x.jsonl:2")
    #expect(document.place.byteOffset == 1 << 30 + 12)
    #expect(try reader.next() == nil)

    let writer = try QuarantineWriter(path: workspace.output.file("quarantine-00000.jsonl.zst"))
    try writer.write(raw: raw, error: error, place: place)
    _ = try writer.commit()
    let entry = try #require(try workspace.quarantine().first)
    #expect(try ChunkWorkspace.raw(entry) == raw)
    #expect(entry["raw_truncated"] == true)
  }
}

/// Writes behind the end of a file.
private func append(_ bytes: [UInt8], to path: String) {
  let descriptor = open(path, O_WRONLY | O_APPEND)
  let written = write(descriptor, bytes, bytes.count)
  precondition(written == bytes.count)
  close(descriptor)
}
