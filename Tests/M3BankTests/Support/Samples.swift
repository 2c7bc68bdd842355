import M3Bank
import M3Bytes
import M3TestSupport

/// A repeatable generator (SplitMix64).
struct Generator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}

/// Records of every kind that the format allows, small.
enum Samples {
  struct Parts {
    var id: String
    var source: [UInt8]
    var text: String
    var payload: [UInt8]
  }

  static func parts(seed: UInt64 = 1) -> [Parts] {
    var generator = Generator(seed: seed)
    return [
      Parts(
        id: "doc\(seed)#0", source: Array(#"{"chunk":0,"document_id":"doc","end":26,"start":0}"#.utf8),
        text: "Brussels is a city region.", payload: generator.bytes(64)),
      Parts(id: "caf\u{E9}\(seed)#1", source: Array("{}".utf8), text: "composed", payload: generator.bytes(17)),
      Parts(id: "cafe\u{301}\(seed)#1", source: Array("{}".utf8), text: "decomposed", payload: generator.bytes(17)),
      Parts(id: "empty\(seed)", source: [], text: "", payload: []),
      Parts(
        id: "han\(seed)", source: Array("{}".utf8), text: "記憶 and \u{1F9E0}\u{0}",
        payload: [UInt8](repeating: 7, count: 400)),
    ]
  }

  static func identity(_ number: UInt32 = 0, bank: UInt8 = 0xB0) -> ShardIdentity {
    ShardIdentity(
      shardNumber: number, bankID: (0..<16).map { bank &+ $0 }, configurationHash: (0..<32).map { 0xC0 &+ $0 })
  }

  @discardableResult
  static func writeShard(
    _ folder: TemporaryFolder, _ identity: ShardIdentity = identity(), name: String? = nil,
    parts: [Parts] = parts()
  ) throws -> ShardSummary {
    let path = folder.file(name ?? identity.fileName)
    let writer = try ShardWriter(path: path, identity: identity, count: parts.count)
    for part in parts {
      try writer.append(id: part.id, source: part.source, text: part.text, payload: part.payload)
    }
    return try writer.commit()
  }

  static func records(_ parts: [Parts] = parts(), shard: UInt32 = 0) -> [BankRecord] {
    parts.enumerated().map { position, part in
      BankRecord(
        number: UInt64(shard) << 20 | UInt64(position), id: part.id, source: part.source, text: part.text,
        payload: part.payload)
    }
  }

  /// The raw record as the article describes it, put together by hand.
  static func raw(_ part: Parts) -> [UInt8] {
    func little(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(value >> (8 * $0) & 255) } }
    let id = Array(part.id.utf8)
    let text = Array(part.text.utf8)
    return little(id.count, 2) + id + little(part.source.count, 4) + part.source + little(text.count, 4) + text
      + part.payload
  }
}
