import M3Bytes
import M3Records
public import M3Stage

extension ChunkStage {
  /// The last step: no two documents of different tasks may have one id, since their references would.
  ///
  /// That is an error under ``BadInputPolicy/quarantine`` too: what a task wrote is not changed any more. Within a task, a
  /// second document of one id is a bad record. It takes 8 bytes of memory a document.
  public static func closing(_ folder: StageFolder) -> StageRunner.Closing {
    StageRunner.Closing(isDone: { true }, perform: { try requireUniqueIDs($0, folder) })
  }

  private static func requireUniqueIDs(_ outputs: [[StageOutput]], _ folder: StageFolder) throws {
    let files = outputs.joined().filter { DocumentIDs.isFile($0.name) }
    guard files.count > 1 else { return }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(files.reduce(0) { $0 + Int(clamping: $1.byteCount) / 8 })
    for file in files { hashes += try DocumentIDs.hashes(path: folder.file(file.name)) }
    hashes.sort()
    let repeated = Set(zip(hashes, hashes.dropFirst()).lazy.filter { $0 == $1 }.map(\.0))
    guard !repeated.isEmpty else { return }

    // Equal hashes are looked into: two ids can have one, and documents without text have no references to be confused.
    var owners: [String: String] = [:]
    for part in outputs.joined().map(\.name) where InputFiles.isPart(part) {
      for id in try documentIDs(repeated, in: folder.file(part)) {
        if let first = owners.updateValue(part, forKey: id) {
          throw FormatError(
            .duplicate("document \(id): it is in \(first) and in \(part)"), field: "id", file: folder.path, record: id)
        }
      }
    }
  }

  /// The ids with these hashes of which a file has references.
  private static func documentIDs(_ hashes: Set<UInt64>, in path: String) throws -> Set<String> {
    let reader = try ReferenceReader(path: path)
    var ids: Set<String> = []
    while let result = try reader.next() {
      if case .record(let reference) = result, hashes.contains(DocumentIDs.hash(reference.documentID)) {
        ids.insert(reference.documentID)
      }
    }
    return ids
  }
}
