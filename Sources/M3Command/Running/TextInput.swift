import M3Bytes
public import M3Records
public import M3Stage

/// Texts that a stage reads: what a stage before wrote, whose markers are then checked, or files of anyone's.
public final class TextInput {
  /// What one record is, where a stage before has said so.
  public let level: TextLevel?
  private let paths: [String]
  private let taskBytes: UInt64
  /// The folder of a stage before, where it is the only input.
  private let stage: ReferenceInput?
  /// What stages before say of their files, by path, where there are several inputs.
  private let digests: [String: SHA256Digest]

  /// - Parameters:
  ///   - paths: files, folders and patterns.
  ///   - taskBytes: bytes of plain input that one task reads; what a stage before wrote keeps that one's tasks.
  /// - Throws: ``UsageError`` where a folder is of a stage that writes no texts; ``FormatError``, ``FileError``.
  public init(_ paths: [String], taskBytes: Int) throws {
    self.paths = paths
    self.taskBytes = UInt64(taskBytes)
    var levels: [TextLevel] = []
    for path in paths where try FilePaths.kind(path) == .directory {
      guard let name = try StageFolder(path).definition()?.name else { continue }
      guard let level = TextLevel(writtenBy: PipelineStage(name)) else {
        throw UsageError("--input \(path): m3-\(name) writes no texts")
      }
      levels.append(level)
    }
    guard Set(levels).count < 2 else { throw UsageError("--input: documents and references together") }
    level = levels.first
    stage = try levels.count == 1 && paths.count == 1 ? ReferenceInput(paths[0]) : nil
    var digests: [String: SHA256Digest] = [:]
    if stage == nil {
      for path in paths where try Upstream.isStage(path) {
        for source in try Upstream(folder: FilePaths.withoutTrailingSlashes(path)).tasks.joined() {
          digests[source.path] = source.digest
        }
      }
    }
    self.digests = digests
  }

  /// What one record is: as asked, else as the stage before wrote it, else a document.
  /// - Throws: ``UsageError`` where the stage before wrote something else than is asked for.
  public func level(asked: TextLevel?) throws -> TextLevel {
    if let asked, let level, asked != level {
      throw UsageError("level \(asked.rawValue): \(paths.joined(separator: ", ")) holds \(level.rawValue)s")
    }
    return asked ?? level ?? .document
  }

  /// The files of each task.
  /// - Throws: ``StageError`` where the stage before is not done; ``FormatError``, ``FileError``.
  public func sources() throws -> [[StageSource]] {
    if let stage { return try stage.sources().parts.map { [$0] } }
    return try InputDivision(taskBytes: taskBytes).tasks(InputFiles.resolve(paths)).map { slices in
      slices.map { slice in
        var source = StageSource(slice)
        if slice.range == nil { source.digest = digests[slice.file.path] }
        return source
      }
    }
  }

  /// The files, whole, for a tool that is no stage.
  /// - Throws: as ``sources()``.
  public func files() throws -> [InputFile] {
    guard let stage else { return try InputFiles.resolve(paths) }
    return try stage.sources().parts.map {
      InputFile(path: $0.path, name: $0.name, format: try InputFormat(name: $0.name), byteCount: $0.byteCount)
    }
  }

  /// Records to come, where the stage before has told.
  public func count() throws -> Int? { try stage?.sources().count }

  /// The stage before; nil where the inputs are anyone's files.
  public var upstream: StageUpstream? {
    stage.map { stage in
      StageUpstream(path: { stage.path(of: $0) }, check: { try stage.check($0.inputs) })
    }
  }
}

extension TextLevel {
  /// What the records of a stage's output are; nil where they are no texts.
  init?(writtenBy stage: PipelineStage) {
    switch stage.gives {
    case "documents": self = .document
    case "references": self = .reference
    default: return nil
    }
  }
}

extension StageSource {
  init(_ slice: InputSlice) {
    self.init(
      name: slice.file.name, path: slice.file.path, byteCount: slice.byteCount, range: slice.range)
  }
}
