import M3Bytes
import M3JSON
public import M3Records
import M3Stage

/// Finds out what became of a text from what ``DedupeStage`` left in its folder.
///
/// A text was kept where a part of the output has it, and dropped where `clusters.jsonl.zst` says so. Ids are compared by
/// their UTF-8 bytes. Of several texts of one id, which nothing forbids, the first in the clusters' file is explained, or
/// else the first in the parts.
public struct Explainer {
  private let folder: String
  private let level: TextLevel
  /// The names in documents.
  private let fields: DocumentFields

  /// - Parameter folder: the stage's output, finished.
  /// - Throws: ``StageError`` `upstreamMissing` where it is not; ``FormatError``; ``FileError``.
  public init(folder: String) throws {
    self.folder = folder
    let upstream = try Upstream(folder: folder)
    guard let level = upstream.definition.settings["level"]?.stringValue.flatMap(TextLevel.init),
      upstream.definition.name == DedupeStep.drop.stageName(level)
    else {
      throw FormatError(
        .mismatch(expected: "a folder of m3-dedupe", found: "stage \(upstream.definition.name)"), field: "stage",
        file: folder)
    }
    self.level = level
    fields = DocumentFields(
      text: upstream.definition.settings["text_field"]?.stringValue ?? "text",
      id: upstream.definition.settings["id_field"]?.stringValue ?? "id")
  }

  /// - Parameter inputs: files that may hold the text of a dropped record; what became of it is not read from them.
  /// - Returns: nil where no text of the id was kept or dropped.
  /// - Throws: ``FormatError`` where a file is damaged: the clusters' file by zstd's checksum or because it is empty, and
  ///   the parts where they do not have a text that was kept; ``FileError``.
  public func explanation(of id: String, inputs: [InputFile] = []) throws -> TextExplanation? {
    var search = ClusterSearch(id: id)
    try ClusterReader(path: FilePaths.join(folder, ClusterFile.name)).forEach { search.read($0) }
    search.finish()
    guard var found = search.found else {
      guard let text = try text(id, in: parts()) else { return nil }
      return TextExplanation(id: id, kept: id, dropped: [], droppedCount: 0, entry: nil, keptText: text)
    }
    guard let kept = try text(found.kept, in: parts()) else {
      throw FormatError(
        .mismatch(expected: "the text of \(found.kept), which was kept", found: "none"), field: "parts", file: folder)
    }
    found.keptText = kept
    if !found.isKept { found.droppedText = try text(id, in: inputs) }
    return found
  }

  private func parts() throws -> [InputFile] {
    try FilePaths.list(folder).filter(InputFiles.isPart).map { name in
      let path = FilePaths.join(folder, name)
      return InputFile(path: path, name: name, format: .jsonLines, byteCount: try FilePaths.size(path))
    }
  }

  /// The text of an id in files; reading ends with it.
  private func text(_ id: String, in files: [InputFile]) throws -> String? {
    for file in files {
      let reader = try TextRecordReader(file: file, level: level, fields: fields)
      while let result = try reader.next() {
        if case .record(let record) = result, record.id.utf8.elementsEqual(id.utf8) { return record.text }
      }
    }
    return nil
  }
}
