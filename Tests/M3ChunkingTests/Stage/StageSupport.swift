import M3Bytes
import M3Chunking
import M3JSON
import M3Records
import M3Stage
import M3Streams
import M3TestSupport
import Testing

/// Folders of a chunk stage, and its runs.
struct ChunkWorkspace {
  let inputs: TemporaryFolder
  let output: TemporaryFolder

  init() throws {
    inputs = try TemporaryFolder()
    output = try TemporaryFolder()
  }

  /// A task of whole files.
  func task(_ names: [String], index: Int = 0) throws -> StageTask {
    StageTask(index: index, count: 1, inputs: try names.map { try StageInput(name: $0, path: inputs.file($0)) })
  }

  /// The tasks of all files of the folder.
  func tasks(taskBytes: UInt64) throws -> [StageTask] {
    let tasks = try InputDivision(taskBytes: taskBytes).tasks(InputFiles.resolve([inputs.path]))
    var firstLine: [String: Int] = [:]
    return try tasks.enumerated().map { index, slices in
      let parts = try slices.map { slice in
        let range = slice.range ?? 0..<slice.file.byteCount
        let bytes = try inputs.read(slice.file.name)[Int(range.lowerBound)..<Int(range.upperBound)]
        let line = firstLine[slice.file.name, default: 1]
        firstLine[slice.file.name] = line + bytes.count { $0 == 0x0A }
        return StageInput(
          name: slice.file.name, path: slice.file.path, byteCount: slice.byteCount, digest: .of(Array(bytes)),
          range: slice.range, firstLine: slice.range == nil ? 1 : line)
      }
      return StageTask(index: index, count: tasks.count, inputs: parts)
    }
  }

  func run(
    _ task: StageTask, _ badInput: BadInputPolicy = .fail, workers: Int = 2, advance: (Int) -> Void = { _ in }
  ) throws -> StageResult {
    let chunker = Chunker(
      tokenizer: try Fixtures.bytes.get(), configuration: ChunkConfiguration(maximumTokens: 128))
    let stage = ChunkStage(
      chunker: chunker, fields: DocumentFields(), withTokenIDs: false, badInput: badInput, workers: workers)
    return try stage.run(task, folder: StageFolder(output.path), advance: advance)
  }

  func references(_ number: String = "00000") throws -> [Reference] {
    let reader = try ReferenceReader(path: output.file("part-\(number).jsonl.zst"))
    var references: [Reference] = []
    while let result = try reader.next() {
      guard case .record(let reference) = result else {
        throw FormatError(.malformed("a bad reference"), field: "test")
      }
      references.append(reference)
    }
    return references
  }

  func quarantine(_ number: String = "00000") throws -> [JSONObject] {
    let source = try InputStreams.open(output.file("quarantine-\(number).jsonl.zst"))
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
      bytes += piece[..<count]
    }
    return try bytes.split(separator: 0x0A).map { try #require(try JSONValue.parse(Array($0)).objectValue) }
  }

  /// The record's bytes as they were put aside.
  static func raw(_ entry: JSONObject) throws -> [UInt8] {
    if let text = entry["raw"]?.stringValue { return Array(text.utf8) }
    return try #require(entry["raw_hex"]?.stringValue.flatMap(Hexadecimal.bytes))
  }
}

/// The same bytes in a file of each compression.
enum Compressed {
  static func write(_ bytes: [UInt8], to path: String) throws {
    switch Compression(name: path) {
    case .none:
      try AtomicFile.write(bytes, to: path)
    case .zstd:
      let writer = try ZstdWriter(path: path)
      try writer.write(bytes)
      _ = try writer.commit()
    case .lz4:
      let writer = try LZ4Writer(path: path)
      try writer.write(bytes)
      _ = try writer.commit()
    case .gzip:
      try AtomicFile.write(stored(bytes), to: path)
    }
  }

  /// A gzip member of stored blocks (RFC 1951, 3.2.4; RFC 1952).
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    func append<Value: FixedWidthInteger>(_ value: Value) { withUnsafeBytes(of: value.littleEndian) { member += $0 } }
    for start in stride(from: 0, to: max(1, bytes.count), by: 65_535) {
      let block = bytes[start..<min(bytes.count, start + 65_535)]
      member.append(block.endIndex == bytes.count ? 1 : 0)
      append(UInt16(block.count))
      append(~UInt16(block.count))
      member += block
    }
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    append(~crc)
    append(UInt32(truncatingIfNeeded: bytes.count))
    return member
  }
}
