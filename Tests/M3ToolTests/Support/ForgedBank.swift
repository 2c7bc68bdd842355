import M3Bank
import M3Bytes
import M3JSON

/// A bank's content, to be changed and sealed anew: a bank whose every sum is right, whatever it holds.
struct ForgedBank {
  var producer: JSONObject
  var codec: JSONObject
  /// Files by name, with their roles.
  var files: [String: (role: String, bytes: [UInt8])]
  var records: [BankRecord]
  private let inputFingerprint: String

  /// Reads a bank of one shard.
  init(_ path: String) throws {
    let bank = try BankDirectory(path: path)
    let manifest = bank.manifest
    precondition(manifest.shards.count == 1, "a bank of one shard")
    producer = manifest.producer
    codec = manifest.codec
    inputFingerprint = manifest.inputFingerprint
    records = try (0..<UInt64(bank.count)).map { try bank.record(number: $0) }
    files = [:]
    for file in manifest.files { files[file.name] = (file.role, try bank.file(role: file.role)) }
  }

  /// Gives records other payloads.
  mutating func setPayloads(_ payloads: [[UInt8]]) {
    records = zip(records, payloads).map { record, payload in
      BankRecord(
        number: record.number, id: record.id, source: record.source, text: record.text, payload: payload)
    }
  }

  /// Replaces a file, and the hash by which the codec names it.
  mutating func setFile(_ name: String, _ bytes: [UInt8]) {
    files[name]!.bytes = bytes
    if codec["codebook_sha256"] != nil, files[name]!.role == "codebook" {
      codec["codebook_sha256"] = .string(SHA256Digest.of(bytes).description)
    }
  }

  /// Writes the bank into a folder that is not there yet.
  func write(to folder: String) throws {
    try FilePaths.makeDirectory(folder)
    let identity = BankIdentity(producer: producer, codec: codec, inputFingerprint: inputFingerprint)
    let shard = identity.shard(0)
    let writer = try ShardWriter(
      path: FilePaths.join(folder, shard.fileName), identity: shard, count: records.count)
    for record in records {
      try writer.append(id: record.id, source: record.source, text: record.text, payload: record.payload)
    }
    let summary = try writer.commit()
    for (name, file) in files { try AtomicFile.write(file.bytes, to: FilePaths.join(folder, name)) }
    let listed = try files.map { try BankAssembly.file(path: FilePaths.join(folder, $0.key), role: $0.value.role) }
    let manifest = try BankManifest(
      producer: producer, codec: codec, inputFingerprint: inputFingerprint, shards: [summary], files: listed)
    try BankAssembly.commit(manifest, to: folder)
  }
}

/// A memory in bfloat16 of the tiny model, cut into its parts: u16 T, a count a head, T positions a head, then 2 · D bytes a
/// key, and a value, head after head.
struct DensePayload {
  var head: [UInt8]
  /// (entries) keys of a head, values of a head.
  var keys: [[UInt8]]
  var values: [[UInt8]]

  /// - Parameter entryCount: heads, each of which keeps all tokens.
  init(_ payload: [UInt8], entryCount: Int) {
    let tokenCount = Int(payload[0]) | Int(payload[1]) << 8
    precondition(tokenCount <= 255 && payload[2..<2 + entryCount].allSatisfy { Int($0) == tokenCount })
    let headSize = 2 + entryCount + entryCount * tokenCount
    head = Array(payload[..<headSize])
    let size = (payload.count - headSize) / (2 * entryCount)
    let parts = (0..<2 * entryCount).map { Array(payload[headSize + $0 * size..<headSize + ($0 + 1) * size]) }
    (keys, values) = (Array(parts[..<entryCount]), Array(parts[entryCount...]))
  }

  var bytes: [UInt8] { head + keys.joined() + values.joined() }
}
