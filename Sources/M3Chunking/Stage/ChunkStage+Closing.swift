import M3Bytes
import M3Records
public import M3Stage

extension ChunkStage {
  /// The last step: no two documents of different tasks may have one id, since their references would.
  ///
  /// It takes 8 bytes of memory a document. Within a task, a second document of one id is a bad record.
  public static func closing(_ folder: StageFolder) -> StageRunner.Closing {
    StageRunner.Closing(isDone: { true }, perform: { try requireUniqueIDs($0, folder) })
  }

  private static func requireUniqueIDs(_ outputs: [[StageOutput]], _ folder: StageFolder) throws {
    guard outputs.count > 1 else { return }
    var all: [UInt64] = []
    for output in outputs.joined() where DocumentIDs.isFile(output.name) {
      all += try DocumentIDs.hashes(path: folder.file(output.name))
    }
    all.sort()
    guard let index = all.indices.dropFirst().first(where: { all[$0] == all[$0 - 1] }) else { return }
    // Documents without text have an id too, and no references in which it could be found.
    var (file, id) = (folder.path, String?.none)
    for part in outputs.joined().map(\.name) where InputFiles.isPart(part) && id == nil {
      file = folder.file(part)
      id = try documentID(all[index], in: file)
    }
    throw FormatError(
      .duplicate("document \(id ?? "without text"), in two tasks"), field: "id", file: file, record: id)
  }

  /// The id with this hash, where a file has references of that document.
  private static func documentID(_ hash: UInt64, in path: String) throws -> String? {
    let reader = try ReferenceReader(path: path)
    while let result = try reader.next() {
      if case .record(let reference) = result, DocumentIDs.hash(reference.documentID) == hash {
        return reference.documentID
      }
    }
    return nil
  }
}
