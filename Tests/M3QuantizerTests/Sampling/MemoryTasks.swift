import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Records
import M3Spool
import M3Stage
import M3TestSupport

/// Tasks of memories with their references, as m3-encode leaves them.
struct MemoryTasks {
  static let shape = SyntheticReferences.shape

  let folder: TemporaryFolder
  let files: [MemoryFiles]
  /// Of all memories, in their order.
  let ids: [String]
  let memories: [SparseMemory]

  /// - Parameter counts: memories of each task.
  init(_ counts: [Int]) throws {
    let folder = try TemporaryFolder()
    let memories = SyntheticReferences(count: counts.reduce(0, +)).memories
    var (files, ids): ([MemoryFiles], [String]) = ([], [])
    for (task, count) in counts.enumerated() {
      let names = ["part-\(task).spool.lz4", "survey-\(task).m3s", "part-\(task).jsonl.zst"]
      let spool = try SpoolWriter(path: folder.file(names[0]), producer: Self.producer, bos: Self.bos)
      let references = try RecordWriter(path: folder.file(names[2]))
      var survey = MemorySurvey(shape: Self.shape)
      for index in 0..<count {
        let (id, memory) = ("\(task)-\(index)#0", memories[ids.count])
        ids.append(id)
        try spool.append(id: id, memory)
        survey.add(memory)
        try references.write(
          Reference(
            id: id, text: "text", documentID: "\(task)-\(index)", chunk: 0, start: 0, end: 4,
            tokenCount: memory.tokenCount))
      }
      _ = try spool.commit()
      _ = try references.commit()
      try folder.write(survey.bytes, names[1])
      files.append(
        MemoryFiles(
          try names.map { name in
            let path = folder.file(name)
            return StageInput(
              name: name, path: path, byteCount: try FilePaths.size(path), digest: try SHA256Digest.ofFile(path))
          }))
    }
    (self.folder, self.files, self.ids, self.memories) = (folder, files, ids, memories)
  }

  private static let producer = Producer(
    modelDigest: .of([1]), tokenizerFingerprint: "00ff00ff00ff00ff", architecture: "llama", layerCount: 2,
    queryHeadCount: 4, shape: shape, rotaryBase: "10000.0", rotaryFactors: [], bosText: "<s>", bosTokens: [1],
    contextBOS: .none, keySpace: .beforeRotation, selection: ["rule": "all"])

  private static let bos = BOSMemory(
    layerCount: 2, keyValueHeadCount: 2, tokenCount: 1, headDimension: 8, keys: Array(repeating: 1, count: 32),
    values: Array(repeating: 2, count: 32))
}
