import M3Bytes
import M3JSON

/// Says that a task finished, with what it wrote: `_done/I-of-N.json`, written last.
struct StageMarker: Sendable, Equatable {
  var fingerprint: String
  /// The stage as it was then, so that a marker of another one can say what differs.
  var definition: StageDefinition
  var outputs: [StageOutput]
  var account: StageAccount

  init(fingerprint: String, definition: StageDefinition, result: StageResult) {
    self.fingerprint = fingerprint
    self.definition = definition
    outputs = result.outputs
    account = result.account
  }

  var json: JSONValue {
    var object = definition.members
    object["account"] = .object(account.json)
    object["fingerprint"] = .string(fingerprint)
    object["outputs"] = .array(
      outputs.map { output in
        var fields: JSONObject = [
          "name": .string(output.name), "sha256": .string(output.digest.description),
          "size": .integer(Int64(output.byteCount)),
        ]
        if !output.attributes.members.isEmpty { fields["attributes"] = .object(output.attributes) }
        return .object(fields)
      })
    return .object(object)
  }

  /// - Throws: ``FormatError`` where the file is not a marker.
  init(json: JSONValue) throws(FormatError) {
    guard case .object(let object) = json, case .string(let fingerprint)? = object["fingerprint"],
      let definition = StageDefinition(object),
      let account = object["account"]?.objectValue.flatMap(StageAccount.init),
      case .array(let files)? = object["outputs"]
    else { throw FormatError(.malformed("not a marker"), field: "marker") }
    self.fingerprint = fingerprint
    self.definition = definition
    self.account = account
    outputs = []
    for file in files {
      guard let fields = file.objectValue, let name = fields["name"]?.stringValue, Self.isName(name),
        let size = fields["size"]?.integerValue,
        size >= 0, let digest = fields["sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:))
      else { throw FormatError(.malformed("not a marker"), field: "marker.outputs") }
      outputs.append(
        StageOutput(
          name: name, byteCount: UInt64(size), digest: digest, attributes: fields["attributes"]?.objectValue ?? [:]))
    }
  }

  /// Why a folder with this marker is not one for a stage of that definition, in words.
  func differences(from definition: StageDefinition, name: String) -> [String] {
    ["_done/\(name): of another plan"] + definition.differences(from: self.definition)
  }

  /// Outputs lie in the stage's folder, and nowhere else.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}
