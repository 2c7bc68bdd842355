import M3Bytes
import M3JSON
import M3Streams
import Testing

/// The lines of a file, compressed or not, without their ends.
func lines(_ workspace: Workspace, _ name: String) throws -> [[UInt8]] {
  let source = try InputStreams.open(workspace.file(name))
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
    if count == 0 { break }
    bytes += piece[..<count]
  }
  return bytes.split(separator: 0x0A).map { Array($0) }
}

/// The objects of a file of JSON lines.
func jsonLines(_ workspace: Workspace, _ name: String) throws -> [JSONObject] {
  try lines(workspace, name).map { line in
    let value = try JSONValue.parse(line)
    return try #require(value.objectValue)
  }
}

/// The bytes that a quarantine kept of a record.
func rawBytes(_ entry: JSONObject) throws -> [UInt8] {
  if let text = entry["raw"]?.stringValue { return Array(text.utf8) }
  let digits = try #require(entry["raw_hex"]?.stringValue)
  return try #require(Hexadecimal.bytes(digits))
}

extension Workspace {
  /// Writes a file and compresses it as its name says.
  func writeStream(_ bytes: [UInt8], _ name: String) throws {
    switch name.split(separator: ".").last {
    case "gz":
      try write(Gzip.bytes(bytes), name)
    case "zst":
      try FilePaths.makeDirectory(FilePaths.split(file(name)).folder)
      let writer = try ZstdWriter(path: file(name))
      try writer.write(bytes)
      _ = try writer.commit()
    case "lz4":
      try FilePaths.makeDirectory(FilePaths.split(file(name)).folder)
      let writer = try LZ4Writer(path: file(name))
      try writer.write(bytes)
      _ = try writer.commit()
    default:
      try write(bytes, name)
    }
  }

  /// The objects of all files of JSON lines in a folder whose names begin so, in the order of their names.
  func jsonLines(in folder: String, prefix: String) throws -> [JSONObject] {
    try snapshot(folder).keys.filter { $0.hasPrefix(prefix) }.sorted().flatMap {
      try M3ToolTests.jsonLines(self, FilePaths.join(folder, $0))
    }
  }
}
