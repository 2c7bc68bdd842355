public import M3Bytes
public import M3JSON

extension BankManifest {
  /// Parses `manifest.json`.
  ///
  /// What can be computed is computed from the rest and compared, so that nothing in a parsed
  /// manifest contradicts anything else in it.
  /// - Throws: ``FormatError`` with the byte offset where the JSON is not canonical, otherwise with the key.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> BankManifest {
    let fields = try seal.parse(bytes)
    let manifest = try BankManifest(fields: fields)
    try fields.requireEqual(manifest.json)
    return manifest
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
