public import M3Bytes
public import M3JSON

/// What decides a stage's results, besides the bytes of its inputs.
public struct StageDefinition: Sendable, Equatable {
  /// The stage's verb: `chunk`, `encode`, `shard`.
  public var name: String
  /// Grows when the same settings and inputs begin to give other bytes.
  public var version: Int
  /// Settings that change results; how a run is carried out (workers, progress) is not among them.
  public var settings: JSONObject

  public init(name: String, version: Int, settings: JSONObject) {
    self.name = name
    self.version = version
    self.settings = settings
  }
}

/// A file that a task reads, by content.
public struct StageInput: Sendable, Equatable {
  /// Name within the stage's input, by which reports and plans speak of it.
  public var name: String
  /// Where it lies: not part of the plan, so that a folder can be moved.
  public var path: String
  public var byteCount: UInt64
  public var digest: SHA256Digest

  public init(name: String, path: String, byteCount: UInt64, digest: SHA256Digest) {
    self.name = name
    self.path = path
    self.byteCount = byteCount
    self.digest = digest
  }

  /// Hashes a file.
  /// - Throws: ``FileError``.
  public init(name: String, path: String) throws {
    self.init(name: name, path: path, byteCount: try FilePaths.size(path), digest: try .ofFile(path))
  }

  var json: JSONValue {
    .object(["name": .string(name), "sha256": .string(digest.description), "size": .integer(Int64(byteCount))])
  }
}

/// One independent piece of a stage's work: its inputs, and its place among the stage's tasks.
public struct StageTask: Sendable, Equatable {
  public var index: Int
  public var count: Int
  public var inputs: [StageInput]

  /// `00000`: how outputs are numbered.
  public var number: String { Self.padded(index) }
  /// Name of the marker and of the lock: `3-of-8`.
  public var label: String { "\(index)-of-\(count)" }

  public static func padded(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

/// A file that a task wrote.
public struct StageOutput: Sendable, Equatable {
  /// Name within the stage's output folder.
  public var name: String
  public var byteCount: UInt64
  public var digest: SHA256Digest

  public init(name: String, byteCount: UInt64, digest: SHA256Digest) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
  }
}
