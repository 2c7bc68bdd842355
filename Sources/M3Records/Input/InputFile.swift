public import M3Bytes
import M3Streams

/// What the lines of an input file hold, by its name.
public enum InputFormat: String, Sendable, Equatable {
  /// One JSON object a line.
  case jsonLines = "JSON lines"
  /// One document a file.
  case plainText = "plain text"

  /// Endings of names, each also followed by `.gz`, `.zst` or `.lz4`.
  static let endings: [(ending: String, format: InputFormat)] = [
    (".jsonl", .jsonLines), (".ndjson", .jsonLines), (".json", .jsonLines), (".txt", .plainText),
  ]

  /// The format that a file's name promises.
  /// - Throws: ``FormatError`` `unsupported` for an unknown ending.
  public init(name: String) throws(FormatError) {
    let plain = Compression(name: name).ending.map { String(name.dropLast($0.count)) } ?? name
    guard let known = InputFormat.endings.first(where: { plain.hasSuffix($0.ending) }) else {
      let endings = InputFormat.endings.map(\.ending).joined(separator: ", ")
      throw FormatError(
        .unsupported(found: "a name that ends in none of \(endings), .gz, .zst or .lz4 behind it or not"),
        field: "input", file: name)
    }
    self = known.format
  }
}

/// A file of documents or references.
public struct InputFile: Sendable, Equatable {
  /// Where it is opened.
  public var path: String
  /// What it is called in ids, reports and fingerprints: relative to the folder or the pattern that was given.
  public var name: String
  public var format: InputFormat
  /// Size on disk when it was listed.
  public var byteCount: UInt64

  public init(path: String, name: String, format: InputFormat, byteCount: UInt64) {
    self.path = path
    self.name = name
    self.format = format
    self.byteCount = byteCount
  }
}
