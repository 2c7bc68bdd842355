public import M3Bytes
import M3JSON

/// A file that a task is to read, or a part of one, before its bytes were looked at.
public struct StageSource: Sendable, Equatable {
  /// Name within the stage's input, by which reports and plans speak of it.
  public var name: String
  /// Where it lies: not part of the plan, so that a folder can be moved.
  public var path: String
  /// Bytes of the range, or of the whole file.
  public var byteCount: UInt64
  /// Bytes of a plain file that belong to the task; nil for the whole file.
  public var range: Range<UInt64>?
  /// The content, where the stage before has told it.
  public var digest: SHA256Digest?

  public init(
    name: String, path: String, byteCount: UInt64, range: Range<UInt64>? = nil, digest: SHA256Digest? = nil
  ) {
    self.name = name
    self.path = path
    self.byteCount = byteCount
    self.range = range
    self.digest = digest
  }

  /// Reads the range.
  /// - Returns: SHA-256, and how many line feeds there are.
  /// - Throws: ``FormatError`` where the file is not as long as it was when it was listed; ``FileError``.
  func content() throws -> (digest: SHA256Digest, lineEnds: Int) {
    let file = try ReadableFile(path: path)
    let bytes = range ?? 0..<byteCount
    guard range == nil ? file.size == byteCount : file.size >= bytes.upperBound else {
      throw FormatError(
        .mismatch(expected: "\(bytes.upperBound) bytes, as when it was listed", found: "\(file.size)"), field: "file",
        file: path)
    }
    return try SHA256Digest.of(file, in: bytes)
  }
}

/// A file that a task reads, or a part of one, by content.
public struct StageInput: Sendable, Equatable {
  public var name: String
  public var path: String
  public var byteCount: UInt64
  public var digest: SHA256Digest
  /// Bytes of a plain file that belong to the task; nil for the whole file.
  public var range: Range<UInt64>?
  /// The number of the line at which the range begins, from 1.
  public var firstLine: Int

  public init(
    name: String, path: String, byteCount: UInt64, digest: SHA256Digest, range: Range<UInt64>? = nil, firstLine: Int = 1
  ) {
    self.name = name
    self.path = path
    self.byteCount = byteCount
    self.digest = digest
    self.range = range
    self.firstLine = firstLine
  }

  /// Hashes a whole file.
  /// - Throws: ``FileError``.
  public init(name: String, path: String) throws {
    self.init(name: name, path: path, byteCount: try FilePaths.size(path), digest: try .ofFile(path))
  }

  package init(_ source: StageSource, digest: SHA256Digest, firstLine: Int) {
    self.init(
      name: source.name, path: source.path, byteCount: source.byteCount, digest: digest, range: source.range,
      firstLine: firstLine)
  }

  var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "sha256": .string(digest.description), "size": .integer(Int64(byteCount)),
    ]
    if let range {
      object["first_line"] = .integer(Int64(firstLine))
      object["start"] = .integer(Int64(range.lowerBound))
    }
    return .object(object)
  }

  /// Reads what ``json`` wrote, without the path; nil where it is something else.
  init?(json: JSONValue) {
    guard let object = json.objectValue, let name = object["name"]?.stringValue,
      let size = object["size"]?.integerValue, size >= 0,
      let digest = object["sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:))
    else { return nil }
    self.init(name: name, path: "", byteCount: UInt64(size), digest: digest)
    guard let start = object["start"] else { return }
    guard let start = start.integerValue, let line = object["first_line"]?.integerValue, start >= 0, line >= 1,
      let end = UInt64(exactly: start).map({ $0.addingReportingOverflow(byteCount) }), !end.overflow
    else { return nil }
    range = UInt64(start)..<end.partialValue
    firstLine = Int(line)
  }

  /// Whether a plan that names this input may stand for a source of which only name, place and size were looked at.
  func stands(for source: StageSource) -> Bool {
    name == source.name && byteCount == source.byteCount && range == source.range
      && (source.digest == nil || source.digest == digest)
  }

  /// Compares the content with the planned one.
  ///
  /// - Parameter isVouched: whether a stage before wrote it, and said what it is.
  /// - Throws: ``StageError`` `upstreamStale` or `inputChanged`; ``FormatError`` where the file became shorter; ``FileError``.
  public func requireUnchanged(isVouched: Bool = true) throws {
    let found = try StageSource(name: name, path: path, byteCount: byteCount, range: range).content().digest
    guard found != digest else { return }
    let what = "SHA-256 \(found), planned \(digest)"
    throw isVouched ? StageError.upstreamStale(folder: path, what: what) : .inputChanged(path: path, what: what)
  }

  /// The name with the range, for messages: parts of one file share its name.
  var label: String { range.map { "\(name)[\($0.lowerBound)..<\($0.upperBound)]" } ?? name }
}
