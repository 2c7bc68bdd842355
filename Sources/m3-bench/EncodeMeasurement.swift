import M3Bytes
import M3Encoder
import M3JSON
import M3Memory
import M3Records
import M3Stage
import M3Text
import M3Transformer

/// Encodes references into a scratch folder as `m3-encode` does, or reads their tokens with the model alone.
struct EncodeMeasurement {
  let stage: EncodeStage
  let references: [Reference]
  /// Without what windows repeat of the ones before.
  let tokenCount: Int
  private let batches: [[ReferenceWindow]]
  private let folder: ScratchFolder
  private let input: StageSource
  private let output: StageFolder

  /// - Throws: ``FormatError`` for a reference that the stage would refuse; ``FileError``.
  init(_ stage: EncodeStage, references: [Reference]) throws {
    self.stage = stage
    self.references = references
    tokenCount = references.reduce(0) { $0 + $1.tokenCount }
    batches = Self.batches(stage, references)
    folder = try ScratchFolder()
    let name = "part-00000.jsonl.zst"
    let writer = try RecordWriter(path: folder.file(name))
    for reference in references { try writer.write(reference) }
    let (digest, byteCount) = try writer.commit()
    input = StageSource(name: name, path: folder.file(name), byteCount: byteCount, digest: digest)
    output = StageFolder(folder.file("memories"))
  }

  /// The whole stage: plan, task, markers and report.
  func encode() throws {
    let work = StageWork(
      folder: output, definition: StageDefinition(name: "encode", version: EncodeStage.version, settings: [:]),
      sources: { [[input]] })
    _ = try StageRunner(work, plan: work.plan(), workers: stage.workers).run { task in
      try stage.run(task, folder: output, advance: { _ in })
    }
  }

  /// Removes what ``encode()`` wrote.
  /// - Returns: bytes of the memories.
  func removeOutput() throws -> UInt64 {
    let spools = try FilePaths.list(output.path).filter { $0.hasSuffix(".spool.lz4") }
    let byteCount = try spools.reduce(0) { try $0 + FilePaths.size(output.file($1)) }
    try ScratchFolder.removeTree(output.path)
    return byteCount
  }

  /// The stage's forward passes on its batches, without an observer: nothing is kept of them.
  func readTokens() {
    let bos = AttentionMemory(stage.bos)
    ThreadedPasses.run(batches, stage.model, threads: stage.workers) { [stage] pass, batch in
      let sequences = batch.map { window in
        Sequence(
          tokens: window.references.flatMap(\.tokens), firstPosition: stage.bos.tokenCount,
          memory: MemoryContext(bos: bos))
      }
      pass.run(sequences, extent: stage.configuration.extent)
    }
  }

  /// The batches that the stage would make.
  private static func batches(_ stage: EncodeStage, _ references: [Reference]) -> [[ReferenceWindow]] {
    var cutter = WindowCutter(
      stage.configuration, contextLength: stage.model.configuration.contextLength,
      bosTokenCount: stage.bos.tokenCount)
    var windows = references.compactMap { reference in
      cutter.append(
        TokenizedReference(
          id: reference.id, documentID: reference.documentID, tokens: stage.tokenizer.encode(reference.text)))
    }
    if let last = cutter.finish() { windows.append(last) }
    var batcher = WindowBatcher(stage.configuration)
    var next = windows.makeIterator()
    var batches: [[ReferenceWindow]] = []
    while let batch = batcher.next({ next.next() }) { batches.append(batch) }
    return batches
  }
}
