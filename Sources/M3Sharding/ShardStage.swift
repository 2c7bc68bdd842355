public import M3Bank
import M3Bytes
public import M3Codec
public import M3JSON
import M3Memory
import M3Records
import M3Spool
public import M3Stage

/// Writes a bank: the shards of each task, then BOS memory and codebook, and the manifest last.
public struct ShardStage: Sendable {
  /// Grows when the same settings and memories begin to give other shards.
  public static let version = 1

  public let folder: StageFolder
  public let survey: ShardSurvey
  public let codec: any MemoryCodec
  public let compressionLevel: Int32
  public let workers: Int
  /// What the manifest says of the codec.
  public let codecDescription: JSONObject
  /// What the bank's input was: the plan's fingerprint.
  public let inputFingerprint: String

  /// For a caller to ask before it fixes a plan.
  /// - Throws: ``StageError`` `usage` for a name that is no codec's.
  public static func requireCodec(_ name: String) throws {
    guard CodecRegistry.names.contains(name) else {
      throw StageError.usage("unknown codec \(name); known: \(CodecRegistry.names.joined(separator: ", "))")
    }
  }

  /// - Throws: ``StageError`` `usage` for an unknown codec; what the survey throws.
  public init(
    folder: StageFolder, codecName: String, compressionLevel: Int32, spools: [StageInput], inputFingerprint: String,
    workers: Int
  ) throws {
    try Self.requireCodec(codecName)
    self.folder = folder
    self.compressionLevel = compressionLevel
    self.workers = workers
    self.inputFingerprint = inputFingerprint
    survey = try ShardSurvey(spools: spools, workers: workers) { producer, memory in
      // bf16 is the largest codec, so a bank's shards hold the same records whatever its codec.
      BFloat16Codec(headDimension: producer.shape.headDimension).vectorByteCount(rowCount: memory.rowCount)
        + 2 * memory.rowCount + 2 * memory.counts.count + ShardStage.textAllowance
    }
    var description: JSONObject = [
      "longest_reference": .integer(Int64(survey.longestReference)), "name": .string(codecName),
    ]
    if codecName == Int4Codec.name {
      codec = Int4Codec(statistics: survey.statistics)
      description["codebook_sha256"] = .string(SHA256Digest.of(survey.statistics.bytes).description)
    } else {
      codec = BFloat16Codec(headDimension: survey.producer.shape.headDimension)
    }
    codecDescription = description
  }

  /// Room for a record's id, source and text when shards are divided; most records take far less.
  private static let textAllowance = 4096

  private var identity: BankIdentity {
    BankIdentity(producer: survey.producer.json, codec: codecDescription, inputFingerprint: inputFingerprint)
  }

  /// Writes the shards of one task.
  /// - Parameter advance: told of the records done.
  /// - Throws: ``FormatError`` where memories and references do not belong together, or a record is damaged; ``FileError``.
  public func run(
    _ task: StageTask, advance: (Int) -> Void
  ) throws -> (outputs: [StageOutput], account: StageAccount, summaries: [ShardSummary]) {
    let spool = try SpoolReader(path: task.inputs[0].path)
    let references = try ReferenceReader(path: task.inputs[1].path)
    var summaries: [ShardSummary] = []
    var account = StageAccount()
    for span in survey.spans[task.index] {
      let shard = identity.shard(span.shardNumber)
      let writer = try ShardWriter(
        path: folder.file(shard.fileName), identity: shard, count: span.records.count,
        compressionLevel: compressionLevel)
      var taken = 0
      try OrderedPipeline.run(
        workers: workers,
        next: { () -> (Reference, SparseMemory)? in
          guard taken < span.records.count else { return nil }
          taken += 1
          return try next(spool, references)
        },
        worker: {},
        transform: { _, record in
          let (reference, memory) = record
          do throws(FormatError) {
            return (reference, try codec.payload(memory))
          } catch {
            throw error.inRecord(reference.id)
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
      summaries.append(try writer.commit())
    }
    guard try spool.next() == nil, try references.next() == nil else {
      throw FormatError(
        .mismatch(expected: "as many memories as references", found: "more of one"), field: "records",
        file: task.inputs[1].path)
    }
    let outputs = summaries.map { StageOutput(name: $0.name, byteCount: $0.size, digest: $0.sha256) }
    return (outputs, account, summaries)
  }

  /// Writes what the shards share, then the manifest.
  ///
  /// - Parameter written: summaries of shards that this run wrote; others are read again.
  /// - Throws: ``FormatError`` `duplicate` where two references have one id; ``FileError``.
  public func finish(written: [ShardSummary]) throws -> BankManifest {
    let known = Dictionary(uniqueKeysWithValues: written.map { ($0.number, $0) })
    let shards = survey.spans.flatMap { $0 }.map { identity.shard($0.shardNumber) }
    let paths = shards.map { folder.file($0.fileName) }
    if let duplicate = try BankAssembly.duplicateIDs(shardPaths: paths).first {
      throw FormatError(.duplicate("reference id"), field: "id", file: folder.path, record: duplicate.id)
    }
    let summaries = try zip(shards, paths).map { shard, path in
      try known[shard.shardNumber] ?? ShardReader(path: path, expecting: shard).summary()
    }
    var files = [try write("bos.m3m", role: "bos_memory", survey.bos.bytes)]
    if let int4 = codec as? Int4Codec {
      files.append(try write("codebook.m3c", role: "codebook", int4.statistics.bytes))
    }
    let manifest = try BankManifest(
      producer: survey.producer.json, codec: codecDescription, inputFingerprint: inputFingerprint,
      shards: summaries, files: files)
    try BankAssembly.commit(manifest, to: folder.path)
    return manifest
  }

  private func write(_ name: String, role: String, _ bytes: [UInt8]) throws -> BankManifest.File {
    let digest = try AtomicFile.write(bytes, to: folder.file(name))
    return BankManifest.File(name: name, role: role, size: UInt64(bytes.count), sha256: digest)
  }

  /// The next memory and the reference that it belongs to.
  private func next(_ spool: SpoolReader, _ references: ReferenceReader) throws -> (Reference, SparseMemory)? {
    guard let (id, memory) = try spool.next() else { return nil }
    switch try references.next() {
    case nil:
      throw FormatError(.missing("the reference of memory \(id)"), field: "references", file: spool.path, record: id)
    case .bad(_, let error, let place):
      throw error.inFile(place.file)
    case .record(let reference):
      guard reference.id == id, reference.tokenCount == memory.tokenCount else {
        throw FormatError(
          .mismatch(
            expected: "reference \(id) of \(memory.tokenCount) tokens",
            found: "\(reference.id) of \(reference.tokenCount)"),
          field: "id", file: spool.path, record: id)
      }
      return (reference, memory)
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
