import M3Bank
import M3Bytes
import M3Codec
public import M3JSON
import M3Memory
import M3Records
import M3Spool
public import M3Stage

/// Writes a bank: the shards of each task, and the manifest when all are there.
public struct ShardStage: Sendable {
  /// Grows when the same settings and memories begin to give other shards.
  public static let version = 2

  let folder: StageFolder
  /// The plan's: what the bank's input was.
  let inputFingerprint: String
  let facts: ShardFacts
  let codec: any MemoryCodec
  let compressionLevel: Int32
  let workers: Int

  /// For a caller to ask before it fixes a plan.
  /// - Throws: ``StageError`` `usage` for a name that is no codec's.
  public static func requireCodec(_ name: String) throws {
    guard CodecRegistry.untrainedNames.contains(name) else {
      throw StageError.usage("unknown codec \(name); known: \(CodecRegistry.untrainedNames.joined(separator: ", "))")
    }
  }

  /// What every task must know of all memories, for the plan.
  ///
  /// - Parameter rejectedCounts: references of each task for which the encoder made no memory, and said so in its books.
  /// - Throws: ``FormatError``; ``FileError``.
  public static func facts(
    _ tasks: [[StageInput]], codecName: String, rejectedCounts: [Int]
  ) throws -> JSONObject {
    let survey = try ShardSurvey(tasks: tasks.map { MemoryFiles($0) }, codecName: codecName)
    return ShardFacts(survey: survey, rejectedCounts: rejectedCounts).json
  }

  /// Writes what the shards share, where it is not there yet.
  /// - Throws: ``FormatError`` for a plan of another stage; ``StageError``; ``FileError``.
  public init(folder: StageFolder, plan: StagePlan, compressionLevel: Int32, workers: Int) throws {
    self.folder = folder
    inputFingerprint = plan.fingerprint
    self.compressionLevel = compressionLevel
    self.workers = workers
    let facts = try ShardFacts(json: plan.facts)
    self.facts = facts
    guard facts.shards.count == plan.tasks.count, facts.rejectedCounts.count == plan.tasks.count else {
      throw FormatError(.malformed("not a task's shards for each task"), field: "plan.facts", file: folder.planPath)
    }
    try SharedFiles(folder: folder, facts: facts).write(tasks: plan.tasks.map { MemoryFiles($0) })
    codec = try CodecRegistry.codec(description: facts.codec, shape: facts.producer.shape) {
      try ReadableFile.contents(of: folder.file(SharedFiles.codebookName), limit: 1 << 30)
    }
  }

  var identity: BankIdentity {
    BankIdentity(producer: facts.producer.json, codec: facts.codec, inputFingerprint: inputFingerprint)
  }

  /// Writes the shards of one task.
  ///
  /// - Parameter advance: told of the records done.
  /// - Throws: ``FormatError`` where memories and references do not belong together, or a record is damaged; ``FileError``.
  public func run(_ task: StageTask, advance: (Int) -> Void) throws -> StageResult {
    let files = MemoryFiles(task.inputs)
    let records = try ShardRecords(files)
    guard records.producer == facts.producer, SHA256Digest.of(records.bos.bytes) == facts.bosDigest else {
      throw FormatError(
        .mismatch(
          expected: "the producer of the plan",
          found: facts.producer.differences(from: records.producer).joined(separator: "; ")), field: "producer",
        file: files.memories.path)
    }
    if let codec = records.codec { try requirePlanned(codec, file: files.memories.path) }
    var result = StageResult(outputs: [], account: StageAccount())
    for (index, count) in facts.shards[task.index].enumerated() {
      let shard = identity.shard(facts.firstShard(task: task.index) + UInt32(index))
      result.outputs.append(try write(shard, count, records, &result.account, advance))
    }
    try records.finish(skipping: facts.rejectedCounts[task.index])
    result.account.input += records.skippedCount
    if records.skippedCount > 0 { result.account.rejected["no_memory"] = records.skippedCount }
    return result
  }

  private func write(
    _ shard: ShardIdentity, _ count: Int, _ records: ShardRecords, _ account: inout StageAccount,
    _ advance: (Int) -> Void
  ) throws -> StageOutput {
    let writer = try ShardWriter(
      path: folder.file(shard.fileName), identity: shard, count: count, compressionLevel: compressionLevel)
    var taken = 0
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> ShardRecords.Record? in
        guard taken < count else { return nil }
        taken += 1
        return try records.next()
      },
      worker: {},
      transform: { [codec, shape = facts.producer.shape] _, record in
        do throws(FormatError) {
          return (record.reference, try record.content.payload(codec, shape: shape))
        } catch {
          throw error.inRecord(record.reference.id)
        }
      },
      consume: { (record: (Reference, [UInt8])) in
        let (reference, payload) = record
        try writer.append(id: reference.id, source: Self.source(reference), text: reference.text, payload: payload)
        account.input += 1
        account.kept += 1
        account.totals["payload_bytes", default: 0] += payload.count
        advance(1)
      })
    let summary = try writer.commit()
    return StageOutput(
      name: summary.name, byteCount: summary.size, digest: summary.sha256, attributes: summary.attributes)
  }

  /// - Throws: ``FormatError`` where codes are of another codebook or step than the plan's.
  private func requirePlanned(_ codec: JSONObject, file: String) throws(FormatError) {
    var planned = facts.codec
    planned["longest_reference"] = nil
    guard codec == planned else {
      throw FormatError(
        .mismatch(
          expected: String(decoding: JSONValue.object(planned).serialized(.canonical), as: UTF8.self),
          found: String(decoding: JSONValue.object(codec).serialized(.canonical), as: UTF8.self)), field: "codec",
        file: file)
    }
  }

  /// Where a reference comes from, as its record says; the document's metadata byte for byte.
  private static func source(_ reference: Reference) -> [UInt8] {
    let fields = JSONValue.object([
      "chunk": .integer(Int64(reference.chunk)), "document_id": .string(reference.documentID),
      "end": .integer(Int64(reference.end)), "start": .integer(Int64(reference.start)),
    ])
    return fields.serialized(.canonical).dropLast() + Array(#","metadata":"#.utf8) + reference.metadata
      + Array("}".utf8)
  }
}
