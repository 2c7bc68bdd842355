package import M3Bytes

/// The way a file is written that must not change unseen: canonical JSON and a line feed, with format, version, features,
/// and a sum over all that is not the sum.
package struct SealedFields: Sendable {
  /// What errors call it, and what their fields begin with.
  package let name: String
  package let format: String
  package let version: Int
  /// The key of the sum.
  package let sumKey: String
  /// Bytes of a file at most.
  package let limit: Int

  package init(name: String, format: String, version: Int, sumKey: String, limit: Int) {
    self.name = name
    self.format = format
    self.version = version
    self.sumKey = sumKey
    self.limit = limit
  }

  package func serialized(_ fields: JSONObject) -> [UInt8] {
    var object = fields
    object[sumKey] = .string(Self.sum(fields).description)
    return JSONValue.object(object).serialized(.canonical) + [0x0A]
  }

  /// The fields without the sum, which is right.
  /// - Throws: ``FormatError`` with the byte offset where the JSON is not canonical, otherwise with the key.
  package func parse(_ bytes: [UInt8]) throws(FormatError) -> JSONFields {
    guard bytes.count <= limit else {
      throw FormatError(.outOfRange(found: "\(bytes.count) bytes", allowed: "\(limit)"), field: name)
    }
    guard bytes.last == 0x0A else {
      throw FormatError(.malformed("no line feed at the end"), field: name, at: UInt64(bytes.count))
    }
    let complete = try JSONFields(JSONValue.parseCanonical(Array(bytes.dropLast())), path: name)
    try requireVersion(complete)
    let stored = try complete.digest(sumKey)
    var object = complete.object
    object[sumKey] = nil
    let found = Self.sum(object)
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: stored.description, found: found.description), field: "\(name).\(sumKey)")
    }
    return JSONFields(object, path: name)
  }

  private func requireVersion(_ fields: JSONFields) throws(FormatError) {
    let format: String = try fields.required("format")
    guard format == self.format else { throw FormatError(.wrongMagic(found: format), field: "\(name).format") }
    let version: Int = try fields.required("version")
    guard version == self.version else {
      throw FormatError(
        .unsupportedVersion(found: "\(version)", supported: "\(self.version)"), field: "\(name).version")
    }
    let features: [String] = try fields.required("features")
    if let feature = features.first {
      throw FormatError(.unsupported(found: "the feature \(feature)"), field: "\(name).features[0]")
    }
  }

  package static func sum(_ fields: JSONObject) -> SHA256Digest {
    SHA256Digest.of(JSONValue.object(fields).serialized(.canonical))
  }
}
