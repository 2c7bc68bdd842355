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
}

/// A file of documents or references.
public struct InputFile: Sendable, Equatable {
  /// Where it is opened.
  public var path: String
  /// What it is called in ids, reports and fingerprints: relative to the folder that was given.
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
