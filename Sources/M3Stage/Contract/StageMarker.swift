import M3Bytes
import M3JSON

/// Says that a task finished, with what it wrote: `_done/I-of-N.json`, written last.
struct StageMarker: Sendable, Equatable {
  var fingerprint: String
  var outputs: [StageOutput]
  var account: StageAccount

  var json: JSONValue {
    .object([
      "account": .object(account.json),
      "fingerprint": .string(fingerprint),
      "outputs": .array(
        outputs.map {
          .object([
            "name": .string($0.name), "sha256": .string($0.digest.description), "size": .integer(Int64($0.byteCount)),
          ])
        }),
    ])
  }

  init(fingerprint: String, outputs: [StageOutput], account: StageAccount) {
    self.fingerprint = fingerprint
    self.outputs = outputs
    self.account = account
  }

  /// - Throws: ``FormatError`` where the file is not a marker.
  init(json: JSONValue) throws(FormatError) {
    guard case .object(let object) = json, case .string(let fingerprint)? = object["fingerprint"],
      let account = object["account"]?.objectValue.flatMap(StageAccount.init),
      case .array(let files)? = object["outputs"]
    else { throw FormatError(.malformed("not a marker"), field: "marker") }
    var outputs: [StageOutput] = []
    for file in files {
      guard let fields = file.objectValue, let name = fields["name"]?.stringValue,
        let size = fields["size"]?.integerValue,
        size >= 0, let digest = fields["sha256"]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:))
      else { throw FormatError(.malformed("not a marker"), field: "marker.outputs") }
      outputs.append(StageOutput(name: name, byteCount: UInt64(size), digest: digest))
    }
    self.init(fingerprint: fingerprint, outputs: outputs, account: account)
  }
}
