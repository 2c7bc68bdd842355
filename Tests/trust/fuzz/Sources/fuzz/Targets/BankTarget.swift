import M3Bank
import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Reader
import M3TestSupport

/// A whole bank: manifest, BOS memory, codebook and one shard, each behind its length; read as attention reads it, and
/// verified.
enum BankTarget: FuzzTarget {
  static let name = "bank"

  private static let files = ["manifest.json", "bos.m3m", "codebook.m3c", "shard-00000.m3s"]

  static var seeds: [[UInt8]] {
    ["bf16", "int4", "opq", "predicted"].map { name in
      let codebook: [UInt8]
      var codec: JSONObject = ["name": .string(name), "longest_reference": 300]
      switch name {
      case "bf16": codebook = []
      case "int4": codebook = SmallMemories.statistics.bytes
      case "opq": codebook = SmallMemories.products[1].bytes
      default:
        codebook = SmallMemories.predicted(hiddenLayers: 0).bytes
        codec["step"] = "0.5"
      }
      let payloads = name == "predicted" ? PayloadTarget.predictedPayloads : PayloadTarget.payloads(name)
      let raws = payloads.enumerated().map {
        LooseShard.raw(id: "d#\($0)", source: "{}", text: "text \($0)", payload: $1)
      }
      let shard = LooseShard(
        identity: (number: 0, bankID: Array(0..<16), configurationHash: Array(0..<32)), raws: raws)
      let manifest: JSONObject = ["codec": .object(codec), "producer": .object(SmallMemories.producer.json)]
      return reseal(packed([JSONValue.object(manifest).serialized(), SmallMemories.bos.bytes, codebook, shard.bytes]))
    }
  }

  private static func packed(_ files: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    for file in files {
      writer.integer(UInt32(file.count))
      writer.append(file)
    }
    return writer.bytes
  }

  /// Four files; what is missing is empty.
  private static func unpacked(_ bytes: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var offset = 0
    for _ in files {
      let length = Int(bytes.integer(at: offset, as: UInt32.self) ?? 0)
      let start = min(bytes.count, offset + 4)
      let end = min(bytes.count, start + length)
      parts.append(Array(bytes[start..<end]))
      offset = end
    }
    return parts
  }

  /// Gives features of as many tokens as the text has bytes.
  private struct Features: FeatureProvider {
    let kind: FeatureKind

    func features(of text: String) throws -> TokenFeatures {
      SmallMemories.features(kind, tokenCount: text.utf8.count % 8)
    }
  }

  static func isTyped(_ error: any Error) -> Bool {
    // A manifest may list what is not there.
    error is FormatError || (error as? FileError)?.isMissing == true
  }

  static func run(_ bytes: [UInt8]) throws {
    let folder = ScratchFiles.folder("bank")
    for (name, content) in zip(files, unpacked(bytes)) {
      if content.isEmpty {
        try FilePaths.remove(ScratchFiles.path("bank/\(name)"))
      } else {
        ScratchFiles.write(content, to: "bank/\(name)")
      }
    }
    let opened = Result { try MemoryBank(path: folder) }
    let report = BankVerifier.verify(
      path: folder, level: .deep,
      codec: { () throws -> BankVerifier.PayloadCheck in
        let bank = try opened.get()
        return { payload throws(FormatError) in try bank.check(payload) }
      })
    _ = report.json.serialized()
    var bank = try opened.get()
    if let kind = bank.wantedFeatures {
      guard kind.width <= 4096 else { return }
      bank = bank.reading(Features(kind: kind))
    }
    var problem: FormatError?
    for index in 0..<bank.count {
      let first = try attempt { try bank.memory(bank.record(index: index)) }
      let second = try attempt { try bank.rotatedMemory(at: index) }
      switch (first, second) {
      case (.success(let memory), .success(let rotated)):
        expect(memory.rowCount == rotated.rowCount && memory.tokenCount == rotated.tokenCount, "two memories")
      case (.failure(let error), .failure):
        // Of two things that are wrong, either may be found first.
        problem = problem ?? error
      default: expect(false, "read in one way and not in the other")
      }
    }
    expect(problem == nil || report.outcome == .damaged || bank.wantedFeatures != nil, "intact and unreadable")
    if let problem { throw problem }
  }

  private static func attempt<T>(_ body: () throws -> T) throws -> Result<T, FormatError> {
    do { return .success(try body()) } catch let error as FormatError { return .failure(error) }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    var parts = unpacked(bytes)
    switch random.integer(below: 8) {
    case 0: return Mutation.bytes(bytes, limit: limit)
    case 1, 2, 3: parts[0] = JSONMutation.mutate(parts[0], limit: parts[0].count + 64, random: &random)
    case 4: parts[1] = Sealing.trailing(Mutation.bytes(parts[1], limit: parts[1].count + 16))
    case 5:
      parts[2] = Sealing.trailing(Mutation.part(parts[2], 0..<min(parts[2].count, 512), limit: parts[2].count + 16))
    default: parts[3] = LooseShard.mutated(parts[3], limit: parts[3].count + 64, random: &random)
    }
    return random.once(in: 16) ? packed(parts) : reseal(packed(parts))
  }

  /// A manifest that describes the files beside it, with the mutated one's producer and codec.
  static func reseal(_ bytes: [UInt8]) -> [UInt8] {
    var parts = unpacked(bytes)
    guard case .object(let object)? = try? JSONValue.parse(parts[0].last == 0x0A ? parts[0].dropLast() : parts[0])
    else { return bytes }
    let producer = object["producer"]?.objectValue ?? [:]
    let codec = object["codec"]?.objectValue ?? [:]
    let identity = BankIdentity(producer: producer, codec: codec, inputFingerprint: "f")
    for (index, byte) in (identity.bankID + identity.configurationHash.bytes).enumerated()
    where 40 + index < parts[3].count { parts[3][40 + index] = byte }
    parts[3] = LooseShard.sealed(parts[3])
    let files = [(1, "bos_memory"), (2, "codebook")].filter { !parts[$0.0].isEmpty }.map { index, role in
      BankManifest.File(
        name: self.files[index], role: role, size: UInt64(parts[index].count), sha256: SHA256Digest.of(parts[index]))
    }
    let summary = summary(of: parts[3])
    let manifest = try? BankManifest(
      producer: producer, codec: codec, inputFingerprint: "f", shards: summary.map { [$0] } ?? [], files: files)
    guard let manifest else { return bytes }
    parts[0] = manifest.serialized()
    return packed(parts)
  }

  private static func summary(of shard: [UInt8]) -> ShardSummary? {
    let path = ScratchFiles.write(shard, to: "sealing.m3s")
    guard let reader = try? ShardReader(path: path) else { return nil }
    if let summary = try? reader.summary() { return summary }
    return ShardSummary(
      number: 0, size: UInt64(shard.count), sha256: SHA256Digest.of(shard), recordCount: reader.count, textByteCount: 0,
      payloadByteCount: 0, compressedByteCount: 1, logicalSHA256: SHA256Digest.of([]))
  }
}
