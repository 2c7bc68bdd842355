import M3Encoder
import M3JSON
public import M3Memory

/// Settings that say something else than a bank of how its memories were made.
public struct WrongRecipeError: Error, Sendable, CustomStringConvertible {
  public let bank: String
  /// `setting: bank's here, asked for there`.
  public let differences: [String]

  public var description: String {
    "\(bank): not made by these settings\n" + differences.map { "  \($0)" }.joined(separator: "\n")
  }
}

extension EncodeSettings {
  /// Refuses settings that a bank contradicts. Those that were not given are the bank's to say; in which numbers and by
  /// which kernels it was computed no bank says.
  ///
  /// - Parameters:
  ///   - given: keys that the caller gave.
  ///   - producer: the bank's.
  ///   - model: the one that made it.
  /// - Throws: ``WrongRecipeError`` naming every setting that differs; as ``resolved(for:)``.
  public func require(_ given: Set<String>, fit producer: Producer, of model: ModelFile, bank: String) throws {
    var keys = given
    if given.contains("calibration") { keys.formUnion(["bos", "dense_heads"]) }
    if allocation != .heads { keys.remove("dense_heads") }
    guard !keys.isSubset(of: ["arithmetic", "kernel"]) else { return }
    let asked = try model.producer(resolved(for: model.identity))
    let (own, other) = (Self.fields(producer), Self.fields(asked))
    let differences = keys.sorted().compactMap { key -> String? in
      guard own[key] != other[key] else { return nil }
      return "\(key): \(own[key].printed) here, \(other[key].printed) there"
    }
    guard differences.isEmpty else { throw WrongRecipeError(bank: bank, differences: differences) }
  }

  /// What a producer says, by the settings' names.
  private static func fields(_ producer: Producer) -> JSONObject {
    var fields = producer.selection
    let json = producer.json
    for (setting, key) in [
      ("bos", "bos_text"), ("context_bos", "context_bos"), ("key_space", "key_space"), ("layers", "memory_layers"),
    ] {
      fields[setting] = json[key]
    }
    fields["context"] = fields["context"] ?? .string(EncodingContext.reference.rawValue)
    return fields
  }
}

extension JSONValue? {
  fileprivate var printed: String {
    map { String(decoding: $0.serialized(.canonical), as: UTF8.self) } ?? "none"
  }
}
