public import M3Bytes
import M3JSON

extension IndexManifest {
  static let format = "m3-index"
  static let version = 1
  private static let seal = SealedFields(
    name: "index", format: format, version: version, sumKey: "index_sha256", limit: Limits.size)

  /// The bytes of `index.json`: canonical JSON and a line feed.
  public func serialized() -> [UInt8] {
    Self.seal.serialized(json)
  }

  /// The manifest's own sum: SHA-256 of its canonical JSON without the key that holds it.
  public var manifestSHA256: SHA256Digest { SealedFields.sum(json) }

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
    let fields = try seal.parse(bytes)
    let manifest = try IndexManifest(fields)
    // Also the fixed values: the metric, the file's name.
    try fields.requireEqual(manifest.json)
    return manifest
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
