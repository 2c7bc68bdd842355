import M3Bytes
import M3Codec
import M3JSON
import M3Memory

/// What the plan says of all memories together, so that tasks in different processes write one bank.
struct ShardFacts: Equatable {
  /// What the manifest says of the codec, the longest reference and the codebook's hash among it.
  var codec: JSONObject
  var producer: Producer
  var bosDigest: SHA256Digest
  /// Records of each shard of each task; shards are numbered through.
  var shards: [[Int]]
  /// References of each task without a memory.
  var rejectedCounts: [Int]

  init(survey: ShardSurvey, rejectedCounts: [Int]) {
    self.rejectedCounts = rejectedCounts
    codec = survey.codec
    codec["longest_reference"] = .integer(Int64(survey.longestReference))
    producer = survey.producer
    bosDigest = SHA256Digest.of(survey.bos.bytes)
    shards = survey.shards
  }

  var json: JSONObject {
    [
      "bos_sha256": .string(bosDigest.description), "codec": .object(codec), "producer": .object(producer.json),
      "rejected": .array(rejectedCounts.map { .integer(Int64($0)) }),
      "shards": .array(shards.map { .array($0.map { .integer(Int64($0)) }) }),
    ]
  }

  /// - Throws: ``FormatError`` where a plan holds something else.
  init(json: JSONObject) throws(FormatError) {
    guard let codec = json["codec"]?.objectValue, let producer = json["producer"]?.objectValue,
      let digest = json["bos_sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:)),
      let shards = json["shards"]?.arrayValue, let rejected = json["rejected"]?.arrayValue
    else { throw FormatError(.malformed("not what m3-shard plans"), field: "plan.facts") }
    self.codec = codec
    self.producer = try Producer(json: producer)
    bosDigest = digest
    rejectedCounts = rejected.map { Int(clamping: $0.integerValue ?? -1) }
    self.shards = []
    for task in shards {
      let counts = (task.arrayValue ?? []).map { $0.integerValue.flatMap { Int(exactly: $0) } }
      guard counts.allSatisfy({ $0 ?? 0 > 0 }) else {
        throw FormatError(.malformed("not what m3-shard plans"), field: "plan.facts.shards")
      }
      self.shards.append(counts.compactMap { $0 })
    }
  }

  var codebookDigest: SHA256Digest? {
    codec["codebook_sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:))
  }

  /// The number of a task's first shard.
  func firstShard(task: Int) -> UInt32 {
    UInt32(shards[..<task].reduce(0) { $0 + $1.count })
  }
}
