public import M3Bytes
import M3JSON

extension IndexManifest {
  static let format = "m3-index"
  static let version = 1
  static let sumKey = "index_sha256"

  /// The bytes of `index.json`: canonical JSON and a line feed.
  public func serialized() -> [UInt8] {
    var object = json
    object[Self.sumKey] = .string(SHA256Digest.of(JSONValue.object(json).serialized(.canonical)).description)
    return JSONValue.object(object).serialized(.canonical) + [0x0A]
  }

  /// Everything but the manifest's own sum.
  private var json: JSONObject {
    var parameters = JSONObject()
    for (name, value) in search { parameters[name] = .integer(Int64(value)) }
    let file: JSONObject = [
      "name": .string(Self.indexName), "sha256": .string(sha256.description), "size": .integer(Int64(size)),
    ]
    return [
      "bank_root": .string(bankRoot.description),
      "count": .integer(Int64(count)),
      "dimension": .integer(Int64(dimension)),
      "embedder": .object(embedder),
      "factory": .string(factory),
      "features": .array([]),
      "file": .object(file),
      "format": .string(Self.format),
      "metric": .string(Self.metric),
      "search": .object(parameters),
      "version": .integer(Int64(Self.version)),
    ]
  }

  /// Parses `index.json`.
  /// - Throws: ``FormatError`` with the byte offset where the JSON is not canonical, otherwise with the key.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> IndexManifest {
    guard bytes.count <= Limits.size else {
      throw FormatError(.outOfRange(found: "\(bytes.count) bytes", allowed: "\(Limits.size)"), field: "index")
    }
    guard bytes.last == 0x0A else {
      throw FormatError(.malformed("no line feed at the end"), field: "index", at: UInt64(bytes.count))
    }
    let complete = try JSONFields(JSONValue.parseCanonical(Array(bytes.dropLast())), path: "index")
    try requireVersion(complete)
    let stored = try complete.digest(sumKey)
    var object = complete.object
    object[sumKey] = nil
    let found = SHA256Digest.of(JSONValue.object(object).serialized(.canonical))
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: stored.description, found: found.description), field: "index.\(sumKey)")
    }
    let fields = JSONFields(object, path: "index")
    let manifest = try IndexManifest(fields)
    // Also the fixed values: the metric, the file's name.
    try fields.requireEqual(manifest.json)
    return manifest
  }

  private static func requireVersion(_ fields: JSONFields) throws(FormatError) {
    let format: String = try fields.required("format")
    guard format == Self.format else { throw FormatError(.wrongMagic(found: format), field: "index.format") }
    let version: Int = try fields.required("version")
    guard version == Self.version else {
      throw FormatError(
        .unsupportedVersion(found: "\(version)", supported: "\(Self.version)"), field: "index.version")
    }
    let features: [String] = try fields.required("features")
    if let name = features.first {
      throw FormatError(.unsupported(found: "the feature \(name)"), field: "index.features[0]")
    }
  }

  private init(_ fields: JSONFields) throws(FormatError) {
    let file: JSONFields = try fields.required("file")
    let parameters: JSONFields = try fields.required("search")
    var search: [String: Int] = [:]
    for (name, _) in parameters.object.members { search[name] = try parameters.required(name) }
    try self.init(
      bankRoot: try fields.digest("bank_root"), embedder: try fields.required("embedder"),
      factory: try fields.required("factory"), dimension: try fields.required("dimension"),
      count: try fields.required("count"), search: search,
      size: UInt64(try file.integer("size", in: 1...ManifestLimits.fileSize)), sha256: try file.digest("sha256"))
  }
}
