import M3Bytes
import M3JSON
import M3Records

/// Writes and reads the same JSON lines in the ways that stages and reports do.
struct JSONMeasurement {
  /// Of the plain lines.
  let byteCount: Int
  /// Of the file of zstd.
  let compressedByteCount: UInt64
  private let references: [Reference]
  private let values: [JSONValue]
  private let lines: [[UInt8]]
  private let folder: ScratchFolder

  private var plainPath: String { folder.file("references.jsonl") }
  private var zstdPath: String { folder.file("part-00000.jsonl.zst") }

  /// - Throws: ``FormatError`` where metadata is no JSON; ``FileError``.
  init(_ references: [Reference]) throws {
    self.references = references
    lines = references.map { reference in
      var line: [UInt8] = []
      reference.appendLine(to: &line)
      return line
    }
    byteCount = lines.reduce(0) { $0 + $1.count }
    values = try lines.map { try JSONValue.parse($0) }
    folder = try ScratchFolder()
    try AtomicFile.write(Array(lines.joined()), to: folder.file("references.jsonl"))
    compressedByteCount = try Self.write(references, to: folder.file("part-00000.jsonl.zst"))
  }

  var steps: [(name: String, run: () throws -> Void)] {
    [
      ("write_memory", writeToMemory), ("write_zstd", { _ = try Self.write(references, to: zstdPath) }),
      ("read_plain", { try read(plainPath) }), ("read_zstd", { try read(zstdPath) }), ("parse_values", parse),
      ("print_values", printValues),
    ]
  }

  private static func write(_ references: [Reference], to path: String) throws -> UInt64 {
    let writer = try RecordWriter(path: path)
    for reference in references { try writer.write(reference) }
    return try writer.commit().byteCount
  }

  private func writeToMemory() {
    var bytes: [UInt8] = []
    for reference in references {
      reference.appendLine(to: &bytes)
      if bytes.count > 1 << 18 { bytes.removeAll(keepingCapacity: true) }
    }
  }

  private func read(_ path: String) throws {
    let reader = try ReferenceReader(path: path)
    var count = 0
    while let result = try reader.next() {
      if case .bad(_, let error, _) = result { throw error }
      count += 1
    }
    precondition(count == references.count, "as many references as were written")
  }

  private func parse() throws {
    for line in lines { _ = try JSONValue.parse(line) }
  }

  private func printValues() {
    for value in values { _ = value.serialized(.canonical) }
  }
}
