public import M3Bytes
public import M3JSON

/// What the vectors of an embedder depend on, as a digest and in words.
///
/// In JSON: `{"description": …, "sha256": …}`. Identities are equal where their digests are.
public struct EmbedderIdentity: Sendable, Equatable, CustomStringConvertible {
  /// SHA-256 over the digests of weights and tokenizer and all settings that change a vector.
  public let digest: SHA256Digest
  /// The same for a reader: the model's shape and the settings, without the digests.
  public let description: String

  /// - Parameter settings: all that the vectors depend on; its canonical text is what the digest covers.
  public init(settings: JSONObject, description: String) {
    digest = SHA256Digest.of(JSONValue.object(settings).serialized(.canonical))
    self.description = description
  }

  public static func == (left: EmbedderIdentity, right: EmbedderIdentity) -> Bool { left.digest == right.digest }
}

extension EmbedderIdentity {
  public var json: JSONValue {
    ["description": .string(description), "sha256": .string(digest.description)]
  }

  /// - Throws: `FormatError` where a field is missing, unknown or not what it must be.
  public init(_ fields: JSONFields) throws(FormatError) {
    try fields.refuseUnknown(keys: ["description", "sha256"])
    digest = try fields.digest("sha256")
    description = try fields.required("description")
  }
}
