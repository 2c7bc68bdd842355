import M3Bytes
import M3JSON
import M3Records
import M3Stage

/// Puts bad records aside: `quarantine-00000.jsonl.zst`, a JSON object a record with its place, the reason and its bytes
/// (`raw` where they are UTF-8, else `raw_hex`). No file is made while there is none.
final class QuarantineWriter {
  private let path: String
  private var writer: ZstdWriter?

  /// A file of an earlier run that did not finish is removed.
  init(path: String) throws {
    self.path = path
    try FilePaths.remove(path)
  }

  func write(raw: [UInt8], error: FormatError, place: RecordPlace) throws {
    var object: JSONObject = [
      "byte_offset": .integer(Int64(place.byteOffset)), "file": .string(place.file),
      "line": .integer(Int64(place.line)),
      "reason": .string("\(error.field): \(error.problem)"),
    ]
    if let text = String(validating: raw, as: UTF8.self) {
      object["raw"] = .string(text)
    } else {
      object["raw_hex"] = .string(Hexadecimal.string(raw))
    }
    if writer == nil { writer = try ZstdWriter(path: path) }
    try writer!.write(JSONValue.object(object).serialized(.canonical) + [UInt8(ascii: "\n")])
  }

  func commit() throws -> StageOutput? {
    guard let writer else { return nil }
    let (digest, byteCount) = try writer.commit()
    return StageOutput(name: FilePaths.split(path).name, byteCount: byteCount, digest: digest)
  }
}
