import M3Bytes
import M3Records
public import M3Stage

/// A folder of references: another stage's output, or files of anyone's.
public final class ReferenceInput {
  private let path: String
  /// Those of the stage that wrote them; nil where nobody's markers are there.
  private let markers: UpstreamMarkers?
  private let isFile: Bool
  private var known: (parts: [StageSource], count: Int?)?

  /// - Throws: ``FileError``; ``FormatError`` where there is nothing.
  public init(_ path: String) throws {
    self.path = path
    let kind = try FilePaths.kind(path)
    guard kind != nil else { throw FormatError(.missing("file or folder"), field: "input", file: path) }
    isFile = kind == .file
    markers = try kind == .directory && Upstream.isStage(path) ? UpstreamMarkers(folder: path) : nil
  }

  /// The files, and how many references are in them where that is known; looked for once.
  /// - Throws: ``StageError`` where the stage is not done; ``FormatError`` where there is no file.
  public func sources() throws -> (parts: [StageSource], count: Int?) {
    if let known { return known }
    let found = try find()
    known = found
    return found
  }

  private func find() throws -> (parts: [StageSource], count: Int?) {
    guard markers != nil else {
      let files = try InputFiles.resolve([path])
      return (files.map { StageSource(name: $0.name, path: $0.path, byteCount: $0.byteCount) }, nil)
    }
    let upstream = try Upstream(folder: path)
    let parts = upstream.tasks.joined().filter { InputFiles.isPart($0.name) }
    guard !parts.isEmpty else { throw StageError.nothingToDo("\(path): no part-*.jsonl.zst") }
    return (Array(parts), upstream.accounts.reduce(0) { $0 + ($1.totals["references"] ?? $1.kept) })
  }

  /// Where a file of a plan lies.
  public func path(of input: StageInput) -> String { isFile ? path : FilePaths.join(path, input.name) }

  /// Compares files of a plan with the markers of the stage that wrote them, where there is one.
  /// - Throws: ``StageError``.
  public func check(_ inputs: [StageInput]) throws {
    try markers?.require(inputs)
  }
}
