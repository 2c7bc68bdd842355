import M3Bank
public import M3Bytes
import M3JSON
import M3Memory
public import M3Stage

extension ShardStage {
  /// The last step: what the shards share, where it is gone, the manifest and, with a key, its signature.
  ///
  /// - Parameters:
  ///   - key: signs the bank; without one, the signature of another bank is taken away.
  ///   - stage: makes the stage; called only where the step is carried out.
  public static func closing(
    _ folder: StageFolder, signedBy key: SigningKey? = nil, _ stage: @escaping () throws -> ShardStage
  ) -> StageRunner.Closing {
    StageRunner.Closing(
      isDone: {
        try BankVerifier.verify(path: folder.path, level: .quick).outcome == .intact && isSigned(folder, by: key)
      },
      perform: {
        let manifest = try stage().commitManifest($0)
        if let key { try BankSignature(manifest.statement, by: key).write(to: folder.path) }
      })
  }

  /// Whether nobody asks for a signature, or it is there.
  private static func isSigned(_ folder: StageFolder, by key: SigningKey?) throws -> Bool {
    guard let key else { return true }
    let manifest = try BankDirectory(path: folder.path).manifest
    return try BankSignature.isThere(manifest.statement, by: key.verificationKey, in: folder.path)
  }

  /// - Throws: ``FormatError`` `duplicate` where two references have one id; ``FileError``.
  private func commitManifest(_ outputs: [[StageOutput]]) throws -> BankManifest {
    let summaries = try outputs.joined().map { try ShardSummary($0) }
    if let duplicate = try BankAssembly.duplicateIDs(shardPaths: summaries.map { folder.file($0.name) }).first {
      throw FormatError(.duplicate("reference id"), field: "id", file: folder.path, record: duplicate.id)
    }
    let manifest = try BankManifest(
      producer: facts.producer.json, codec: facts.codec, inputFingerprint: inputFingerprint, shards: summaries,
      files: try SharedFiles(folder: folder, facts: facts).listed())
    try BankAssembly.commit(manifest, to: folder.path)
    return manifest
  }
}

extension ShardSummary {
  /// What the marker keeps of a shard, so that the manifest can be written without reading it again.
  var attributes: JSONObject {
    [
      "compressed_bytes": .integer(Int64(compressedByteCount)), "logical_sha256": .string(logicalSHA256.description),
      "number": .integer(Int64(number)), "payload_bytes": .integer(Int64(payloadByteCount)),
      "records": .integer(Int64(recordCount)), "text_bytes": .integer(Int64(textByteCount)),
    ]
  }

  /// - Throws: ``FormatError`` for a marker that says something else of a shard.
  init(_ output: StageOutput) throws(FormatError) {
    func integer<Value: FixedWidthInteger>(_ key: String) -> Value? {
      output.attributes[key]?.integerValue.flatMap { Value(exactly: $0) }
    }
    guard let number: UInt32 = integer("number"), let records: Int = integer("records"), records > 0,
      let text: UInt64 = integer("text_bytes"), let payload: UInt64 = integer("payload_bytes"),
      let compressed: UInt64 = integer("compressed_bytes"),
      let logical = output.attributes["logical_sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:))
    else { throw FormatError(.malformed("not a shard's"), field: "marker.attributes", record: output.name) }
    self.init(
      number: number, size: output.byteCount, sha256: output.digest, recordCount: records, textByteCount: text,
      payloadByteCount: payload, compressedByteCount: compressed, logicalSHA256: logical)
  }
}
