import M3Bytes
public import M3JSON

extension JSONObject {
  /// The bytes of a sealed file of these members, whatever they say: canonical JSON and a line feed, with the SHA-256 of all
  /// other members under `sumKey`.
  public func sealed(_ sumKey: String) -> [UInt8] {
    var object = self
    object[sumKey] = nil
    object[sumKey] = .string(SHA256Digest.of(JSONValue.object(object).serialized(.canonical)).description)
    return JSONValue.object(object).serialized(.canonical) + [0x0A]
  }
}
