import M3Bytes
public import M3JSON

/// The tasks of a stage and their inputs, fixed before any of them runs: file `plan.json`.
public struct StagePlan: Sendable, Equatable {
  public var definition: StageDefinition
  /// Inputs of each task.
  public var tasks: [[StageInput]]

  public init(definition: StageDefinition, tasks: [[StageInput]]) {
    self.definition = definition
    self.tasks = tasks
  }

  public static let fileName = "plan.json"

  public var json: JSONObject {
    [
      "settings": .object(definition.settings),
      "stage": .string(definition.name),
      "tasks": .array(tasks.map { .array($0.map(\.json)) }),
      "version": .integer(Int64(definition.version)),
    ]
  }

  /// SHA-256 over the canonical plan: it stands in every marker.
  public var fingerprint: String {
    SHA256Digest.of(JSONValue.object(json).serialized(.canonical)).description
  }

  /// What differs between the plan in a folder and this one, in words; empty where they are the same.
  func differences(from found: JSONValue) -> [String] {
    guard found != .object(json) else { return [] }
    guard case .object(let old) = found else { return ["plan.json is not an object"] }
    var lines: [String] = []
    for key in ["stage", "version"] where old[key] != json[key] {
      lines.append("\(key): \(Self.printed(old[key])) there, \(Self.printed(json[key])) now")
    }
    let oldSettings = old["settings"]?.objectValue ?? [:]
    let keys = Set(oldSettings.members.map(\.key)).union(definition.settings.members.map(\.key))
    for key in keys.sorted() where oldSettings[key] != definition.settings[key] {
      lines.append("\(key): \(Self.printed(oldSettings[key])) there, \(Self.printed(definition.settings[key])) now")
    }
    if old["tasks"] != json["tasks"] { lines += inputDifferences(old["tasks"]?.arrayValue ?? []) }
    return lines.isEmpty ? ["plan.json is damaged"] : lines
  }

  private func inputDifferences(_ old: [JSONValue]) -> [String] {
    func files(_ tasks: [JSONValue]) -> [String: JSONValue] {
      var result: [String: JSONValue] = [:]
      for file in tasks.flatMap({ $0.arrayValue ?? [] }) {
        if let name = file.objectValue?["name"]?.stringValue { result[name] = file }
      }
      return result
    }
    let before = files(old)
    let now = files(json["tasks"]?.arrayValue ?? [])
    let names = Set(before.keys).union(now.keys).sorted().filter { before[$0] != now[$0] }
    let shown = names.prefix(10).map { name in
      switch (before[name], now[name]) {
      case (nil, _): "input \(name): not there before"
      case (_, nil): "input \(name): gone"
      default: "input \(name): its content changed"
      }
    }
    return shown + (names.count > 10 ? ["and \(names.count - 10) more inputs"] : [])
      + (names.isEmpty ? ["tasks: the inputs are divided in another way"] : [])
  }

  private static func printed(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    return String(decoding: value.serialized(.canonical), as: UTF8.self)
  }
}
