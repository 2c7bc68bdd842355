public import M3JSON

/// What decides a stage's results, besides the bytes of its inputs.
public struct StageDefinition: Sendable, Equatable {
  /// The stage's verb: `chunk`, `encode`, `shard`.
  public var name: String
  /// Grows when the same settings and inputs begin to give other bytes.
  public var version: Int
  /// Settings that change results; how a run is carried out (workers, progress) is not among them.
  public var settings: JSONObject

  public init(name: String, version: Int, settings: JSONObject) {
    self.name = name
    self.version = version
    self.settings = settings
  }

  var members: JSONObject {
    ["settings": .object(settings), "stage": .string(name), "version": .integer(Int64(version))]
  }

  /// Reads ``members`` from an object that may have more; nil where they are something else.
  init?(_ object: JSONObject) {
    guard let name = object["stage"]?.stringValue, let version = object["version"]?.integerValue,
      let settings = object["settings"]?.objectValue
    else { return nil }
    self.init(name: name, version: Int(version), settings: settings)
  }

  /// What differs from a definition that was found, in words.
  func differences(from found: StageDefinition) -> [String] {
    var lines: [String] = []
    if found.name != name { lines.append("stage: \"\(found.name)\" there, \"\(name)\" now") }
    if found.version != version { lines.append("version: \(found.version) there, \(version) now") }
    let keys = Set(found.settings.members.map(\.key)).union(settings.members.map(\.key))
    for key in keys.sorted() where found.settings[key] != settings[key] {
      lines.append("\(key): \(Self.printed(found.settings[key])) there, \(Self.printed(settings[key])) now")
    }
    return lines
  }

  private static func printed(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    return String(decoding: value.serialized(.canonical), as: UTF8.self)
  }
}
