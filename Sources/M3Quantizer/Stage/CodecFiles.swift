import M3Bytes
public import M3JSON
public import M3Stage

/// What all tasks of a folder of codes share: the codebook, and what the codec is, `codec.json`.
public struct CodecFiles: Sendable {
  public static let codebookName = "codebook.m3c"
  public static let descriptionName = "codec.json"

  private let folder: StageFolder

  public init(folder: StageFolder) {
    self.folder = folder
  }

  public var codebookPath: String { folder.file(Self.codebookName) }

  /// The codec of the folder; made and written where it is not there yet, by one process while the others wait.
  ///
  /// - Parameter make: trains, or reads what was trained before; the same plan gives the same bytes.
  /// - Throws: ``FormatError`` where the files do not belong together; ``FileError``; what `make` throws.
  public func prepared(
    _ make: () throws -> (codebook: [UInt8], description: JSONObject)
  ) throws -> (codebook: [UInt8], description: JSONObject) {
    if let found = try existing() {
      try folder.removeLeftLock("codec")
      return found
    }
    return try folder.exclusively("codec", patience: Self.patience) {
      if let found = try existing() { return found }
      let (codebook, description) = try make()
      var described = description
      described["codebook_sha256"] = .string(SHA256Digest.of(codebook).description)
      try AtomicFile.write(codebook, to: codebookPath)
      // Written last: it says that the codebook is there.
      try AtomicFile.write(
        JSONValue.object(described).serialized(.canonical), to: folder.file(Self.descriptionName))
      return (codebook, described)
    }
  }

  /// How long to wait for another process that trains.
  private static let patience = Duration.seconds(4 * 3600)

  /// The codec of the folder, where it is there.
  /// - Throws: ``FormatError`` where the files do not belong together; ``FileError``.
  public func existing() throws -> (codebook: [UInt8], description: JSONObject)? {
    let path = folder.file(Self.descriptionName)
    guard try FilePaths.kind(path) == .file else { return nil }
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    guard let description = try JSONValue.parse(bytes).objectValue else {
      throw FormatError(.malformed("not an object"), field: "codec", file: path)
    }
    let codebook = try ReadableFile.contents(of: codebookPath, limit: 1 << 30)
    let digest = SHA256Digest.of(codebook).description
    guard description["codebook_sha256"]?.stringValue == digest else {
      throw FormatError(
        .mismatch(expected: description["codebook_sha256"]?.stringValue ?? "SHA-256", found: digest), field: "codebook",
        file: codebookPath)
    }
    return (codebook, description)
  }
}
