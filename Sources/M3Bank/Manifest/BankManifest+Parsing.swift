public import M3Bytes
public import M3JSON

extension BankManifest {
  /// Parses `manifest.json`.
  ///
  /// What can be computed is computed from the rest and compared, so that nothing in a parsed
  /// manifest contradicts anything else in it.
  /// - Throws: ``FormatError`` with the byte offset where the JSON is not canonical, otherwise with the key.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> BankManifest {
    guard bytes.count <= ManifestLimits.size else {
      throw FormatError(
        .outOfRange(found: "\(bytes.count) bytes", allowed: "\(ManifestLimits.size)"), field: "manifest")
    }
    guard bytes.last == 0x0A else {
      throw FormatError(.malformed("no line feed at the end"), field: "manifest", at: UInt64(bytes.count))
    }
    let value = try JSONValue.parseCanonical(Array(bytes.dropLast()))
    let complete = try JSONFields(value, path: "manifest")
    try requireVersion(complete)
    let stored = try complete.digest(sumKey)
    var object = complete.object
    object[sumKey] = nil
    let found = SHA256Digest.of(JSONValue.object(object).serialized(.canonical))
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: stored.description, found: found.description), field: "manifest.\(sumKey)")
    }
    let fields = JSONFields(object, path: "manifest")
    let manifest = try BankManifest(fields: fields)
    try fields.requireEqual(manifest.json)
    return manifest
  }

  private static func requireVersion(_ fields: JSONFields) throws(FormatError) {
    let format: String = try fields.required("format")
    guard format == BankManifest.format else { throw FormatError(.wrongMagic(found: format), field: "manifest.format") }
    let version: Int = try fields.required("version")
    guard version == BankManifest.version else {
      throw FormatError(
        .unsupportedVersion(found: "\(version)", supported: "\(BankManifest.version)"), field: "manifest.version")
    }
    let features: [String] = try fields.required("features")
    if let name = features.first {
      throw FormatError(.unsupported(found: "the feature \(name)"), field: "manifest.features[0]")
    }
  }

  private init(fields: JSONFields) throws(FormatError) {
    var shards: [ShardSummary] = []
    for shard in try fields.required("shards", as: [JSONFields].self) { shards.append(try ShardSummary(fields: shard)) }
    var files: [File] = []
    for file in try fields.required("files", as: [JSONFields].self) {
      let name: String = try file.required("name")
      if let last = files.last, !last.name.utf8.lexicographicallyPrecedes(name.utf8) {
        throw FormatError(.malformed("out of order behind \(last.name)"), field: "\(file.path).name")
      }
      let size = UInt64(try file.integer("size", in: 0...ManifestLimits.fileSize))
      files.append(File(name: name, role: try file.required("role"), size: size, sha256: try file.digest("sha256")))
    }
    try self.init(
      producer: try fields.required("producer"), codec: try fields.required("codec"),
      inputFingerprint: try fields.required("input_fingerprint"), shards: shards, files: files)
  }
}

extension ShardSummary {
  /// Reads what ``json`` wrote.
  /// - Throws: ``FormatError`` naming the first key that is missing, ill-typed, out of range, unknown or
  ///   that does not follow from the others.
  public init(json: JSONObject) throws(FormatError) {
    let fields = JSONFields(json, path: "shard")
    try self.init(fields: fields)
    try fields.requireEqual(self.json)
  }

  fileprivate init(fields: JSONFields) throws(FormatError) {
    number = UInt32(try fields.integer("number", in: 0...Int(ShardLimits.shardNumber)))
    size = UInt64(try fields.integer("size", in: 1...ShardLimits.fileSize))
    sha256 = try fields.digest("sha256")
    recordCount = try fields.integer("records", in: 1...ShardLimits.recordCount)
    textByteCount = UInt64(try fields.integer("text_bytes", in: 0...ManifestLimits.textByteCount))
    payloadByteCount = UInt64(try fields.integer("payload_bytes", in: 0...ManifestLimits.payloadByteCount))
    compressedByteCount = UInt64(try fields.integer("compressed_bytes", in: 1...ShardLimits.fileSize))
    logicalSHA256 = try fields.digest("logical_sha256")
  }
}
