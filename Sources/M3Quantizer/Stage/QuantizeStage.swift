import M3Bytes
public import M3Codec
public import M3JSON
public import M3Memory
import M3Records
import M3Spool
public import M3Stage

/// Codes memories, one file of codes a file of memories.
public struct QuantizeStage: Sendable {
  /// Grows when the same settings, codebook and memories begin to give other codes.
  public static let version = 2

  let folder: StageFolder
  let codec: any MemoryCodec
  /// What manifests say of the codec.
  let description: JSONObject
  /// Of a predicted codec.
  let features: (any FeatureProvider)?
  let workers: Int

  /// - Precondition: features of the kind that the codec asks for, where it does.
  public init(
    folder: StageFolder, codec: any MemoryCodec, description: JSONObject, features: (any FeatureProvider)?, workers: Int
  ) {
    precondition(codec.features == nil || codec.features == features?.kind, "features that the codec does not read")
    self.folder = folder
    self.codec = codec
    self.description = description
    self.features = features
    self.workers = workers
  }

  /// Codes the memories of one task.
  /// - Parameter advance: told of the records done.
  /// - Throws: ``FormatError`` where memories and references do not belong together, or a memory is not one that the codec
  ///   can express; ``FileError``.
  public func run(_ task: StageTask, advance: (Int) -> Void) throws -> StageResult {
    let files = MemoryFiles(task.inputs)
    let pairs = try MemoryPairs(spool: files.memories.path, references: files.references.path)
    let name = MemoryFiles.codesName(taskNumber: task.number)
    let writer = try CodesWriter(
      path: folder.file(name), producer: pairs.spool.producer, bos: pairs.spool.bos, codec: description)
    var survey = CodeSurvey()
    var account = StageAccount()
    try OrderedPipeline.run(
      workers: workers, next: { try pairs.next() }, worker: {},
      transform: { [codec, features] _, pair in
        do {
          let features = try codec.features == nil ? nil : features?.features(of: pair.reference.text)
          return (pair, try codec.payload(pair.memory, features: features))
        } catch let error as FormatError {
          throw error.inRecord(pair.reference.id)
        }
      },
      consume: { (coded: (MemoryPairs.Pair, [UInt8])) in
        let (pair, payload) = coded
        try writer.append(id: pair.reference.id, payload: payload)
        survey.add(tokenCount: pair.memory.tokenCount, byteCount: payload.count)
        account.input += 1
        account.kept += 1
        account.totals["tokens", default: 0] += pair.memory.tokenCount
        account.totals["payload_bytes", default: 0] += payload.count
        advance(1)
      })
    let (digest, byteCount) = try writer.commit()
    let surveyName = MemorySurvey.fileName(taskNumber: task.number)
    let surveyBytes = survey.bytes
    let surveyDigest = try AtomicFile.write(surveyBytes, to: folder.file(surveyName))
    return StageResult(
      outputs: [
        StageOutput(name: name, byteCount: byteCount, digest: digest),
        StageOutput(name: surveyName, byteCount: UInt64(surveyBytes.count), digest: surveyDigest),
      ], account: account)
  }
}
