import M3Bytes
import M3JSON
public import M3Records
import M3Stage

/// Finds out what became of a text from what ``DedupeStage`` left in its folder.
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

  /// - Parameter inputs: files that may hold the texts; what is not in them is looked for among the kept ones.
  /// - Returns: nil where no text has the id, as far as the files tell.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  public func explanation(of id: String, inputs: [InputFile] = []) throws -> TextExplanation? {
    var found = try cluster(of: id)
    let wanted = Set([id, found?.kept ?? id])
    var texts = try self.texts(wanted, in: inputs)
    let missing = wanted.subtracting(texts.keys)
    if !missing.isEmpty { texts.merge(try self.texts(missing, in: parts())) { first, _ in first } }
    if found == nil, texts[id] != nil {
      found = TextExplanation(id: id, kept: id, dropped: [], droppedCount: 0)
    }
    found?.texts = texts
    return found
  }

  /// The cluster in which a text was kept or dropped; nil where it is in none.
  private func cluster(of id: String) throws -> TextExplanation? {
    var found: TextExplanation?
    // Lines of the same kept text stand together; the one with the text need not be the first.
    var lines: [ClusterLine] = []
    func take() {
      defer { lines = [] }
      guard found == nil, let kept = lines.first?.kept else { return }
      let members = lines.flatMap(\.dropped)
      let own = members.first { $0.id.utf8.elementsEqual(id.utf8) }
      guard own != nil || kept.utf8.elementsEqual(id.utf8) else { return }
      var listed = members.prefix(TextExplanation.memberLimit).map { TextExplanation.Member($0) }
      if let own, !listed.contains(where: { $0.id.utf8.elementsEqual(id.utf8) }) { listed.append(.init(own)) }
      found = TextExplanation(
        id: id, kept: kept, dropped: listed, droppedCount: members.count)
    }
    try ClusterReader(path: FilePaths.join(folder, ClusterFile.name)).forEach { line in
      if let kept = lines.first?.kept, !kept.utf8.elementsEqual(line.kept.utf8) { take() }
      lines.append(line)
      return found == nil
    }
    take()
    return found
  }

  private func parts() throws -> [InputFile] {
    try FilePaths.list(folder).filter(InputFiles.isPart).map { name in
      let path = FilePaths.join(folder, name)
      return InputFile(path: path, name: name, format: .jsonLines, byteCount: try FilePaths.size(path))
    }
  }

  /// The texts with these ids in files; reading ends with the last of them.
  private func texts(_ ids: Set<String>, in files: [InputFile]) throws -> [String: String] {
    var texts: [String: String] = [:]
    for file in files {
      let reader = try TextRecordReader(file: file, level: level, fields: fields)
      while texts.count < ids.count, let result = try reader.next() {
        if case .record(let record) = result, ids.contains(record.id) { texts[record.id] = record.text }
      }
    }
    return texts
  }
}
