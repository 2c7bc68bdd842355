import M3Bytes
import M3JSON

/// What a manifest allows.
enum ManifestLimits {
  static let size = 1 << 26
  static let shardCount = Int(ShardLimits.shardNumber) + 1
  static let fileCount = 1_024
  static let fingerprintLength = 1_024
  /// Exact in a double, which is what many JSON readers keep.
  static let fileSize = 1 << 53
  static let textByteCount = ShardLimits.recordCount * ShardLimits.textLength
  /// 2^46; times 100,000 shards it still fits into 63 bits, so that totals cannot overflow.
  static let payloadByteCount = ShardLimits.recordCount * ShardLimits.recordSize
}

extension BankManifest {
  static func validate(
    producer: JSONObject, codec: JSONObject, inputFingerprint: String, shards: [ShardSummary], files: [File]
  ) throws(FormatError) {
    try requireExact(.object(producer), "manifest.producer")
    try requireExact(.object(codec), "manifest.codec")
    try require(inputFingerprint.utf8.count, in: 1...ManifestLimits.fingerprintLength, "manifest.input_fingerprint")
    try require(shards.count, in: 0...ManifestLimits.shardCount, "manifest.shards")
    try require(files.count, in: 0...ManifestLimits.fileCount, "manifest.files")
    for (place, shard) in shards.enumerated() { try validate(shard, at: place) }
    var roles: Set<String> = []
    for (place, file) in files.enumerated() {
      let key = "manifest.files[\(place)]"
      guard FileGrammar.isName(file.name) else {
        throw FormatError(.malformed("not a file name: \(file.name)"), field: "\(key).name")
      }
      guard FileGrammar.isRole(file.role) else {
        throw FormatError(.malformed("not a role: \(file.role)"), field: "\(key).role")
      }
      guard place == 0 || files[place - 1].name != file.name else {
        throw FormatError(.duplicate(file.name), field: "\(key).name")
      }
      guard roles.insert(file.role).inserted else { throw FormatError(.duplicate(file.role), field: "\(key).role") }
      try require(Int(clamping: file.size), in: 0...ManifestLimits.fileSize, "\(key).size")
    }
  }

  private static func validate(_ shard: ShardSummary, at place: Int) throws(FormatError) {
    let key = "manifest.shards[\(place)]"
    guard Int(shard.number) == place else {
      throw FormatError(.mismatch(expected: "\(place)", found: "\(shard.number)"), field: "\(key).number")
    }
    try require(shard.recordCount, in: 1...ShardLimits.recordCount, "\(key).records")
    try require(Int(clamping: shard.size), in: 1...ShardLimits.fileSize, "\(key).size")
    try require(Int(clamping: shard.textByteCount), in: 0...ManifestLimits.textByteCount, "\(key).text_bytes")
    try require(Int(clamping: shard.payloadByteCount), in: 0...ManifestLimits.payloadByteCount, "\(key).payload_bytes")
    try require(Int(clamping: shard.compressedByteCount), in: 1...ShardLimits.fileSize, "\(key).compressed_bytes")
  }

  /// Refuses what has more than one spelling, or none that all readers agree on.
  static func requireExact(_ value: JSONValue, _ path: String) throws(FormatError) {
    switch value {
    case .string, .integer, .bool: return
    case .object(let object):
      for (key, member) in object.members { try requireExact(member, "\(path).\(key)") }
    case .array(let elements):
      for (place, element) in elements.enumerated() { try requireExact(element, "\(path)[\(place)]") }
    case .number(let text): throw FormatError(.unsupported(found: "the number \(text)"), field: path)
    case .null: throw FormatError(.unsupported(found: "null"), field: path)
    }
  }

  private static func require(_ value: Int, in allowed: ClosedRange<Int>, _ field: String) throws(FormatError) {
    guard allowed.contains(value) else {
      throw FormatError(
        .outOfRange(found: "\(value)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)"), field: field)
    }
  }
}

/// The grammars of names and roles of a bank's other files.
enum FileGrammar {
  /// Letters, digits, `.`, `_`, `-`; a letter or digit first. No slash and no upper case: a name cannot leave the
  /// folder, hide, or mean two files on one file system and one on another. Not the names that mean something else.
  static func isName(_ name: String) -> Bool {
    guard (1...128).contains(name.utf8.count), let first = name.utf8.first else { return false }
    guard isLetter(first) || isDigit(first) else { return false }
    guard name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || ".-_".utf8.contains($0) }) else { return false }
    return name != BankManifest.fileName && !BankManifest.companionNames.contains(name)
      && !name.hasPrefix(ShardName.prefix)
  }

  static func isRole(_ role: String) -> Bool {
    guard (1...64).contains(role.utf8.count), let first = role.utf8.first, isLetter(first) else { return false }
    return role.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-_".utf8.contains($0) }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
