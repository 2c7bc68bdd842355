import M3Bytes
import M3Records
import M3Stage
import M3TextStage

extension DedupeStage {
  var signatureWork: StageWork {
    StageWork(
      folder: folder(.signatures), definition: definition(.signatures), upstream: input.upstream,
      sources: input.sources)
  }

  /// Bad records are no texts: they are counted here, and ``DedupeStep/drop`` puts them aside.
  func runSignatures(_ task: StageTask, _ advance: (Int) -> Void) throws -> StageResult {
    let folder = folder(.signatures)
    let configuration = configuration
    let batches = RecordBatches<TextRecord>(
      task.inputs, level: configuration.level, fields: configuration.fields)
    let output = try SignatureOutput(task, folder: folder, configuration: configuration, workers: workers)
    try OrderedPipeline.run(
      workers: workers,
      next: { try batches.next() },
      worker: { TextSigner(configuration.dedupe) },
      transform: { signer, batch in (signer.sign(batch), batch.byteCount, batch.entries.count) },
      consume: { (texts: SignedTexts, byteCount: Int, count: Int) in
        try output.write(texts)
        batches.finish(byteCount: byteCount)
        if count > 0 { advance(count) }
      })
    return try output.commit()
  }
}
