import M3Bytes
import M3JSON

/// What is done to a whole bank, as a line of JSON:
///
///     {"edits":[["shard-00000.m3s",96,2,"00ff"]],"remove":["bos.m3m"],"folders":["x"],"pipes":["p"],"links":[["y","bos.m3m"]]}
///
/// Every key may be absent. `edits`: of a file of the whole bank, or of an empty one where there is none of that name, so
/// many bytes at an offset are replaced by others; several of one file stand in ascending order of their offsets, which
/// count in the whole file, and do not overlap. `folders`, `pipes` and `links` take the place of what has their name.
struct Mutation {
  struct Edit {
    let file: String
    let offset: Int
    let length: Int
    let bytes: [UInt8]
  }

  var edits: [Edit] = []
  var removed: [String] = []
  var folders: [String] = []
  var pipes: [String] = []
  /// Name and target.
  var links: [(name: String, target: String)] = []

  init(line: String) throws {
    let fields = try JSONFields(JSONValue.parse(Array(line.utf8)), path: "mutation")
    try fields.refuseUnknown(keys: ["edits", "remove", "folders", "pipes", "links"])
    for edit in try fields.optional("edits", as: [JSONValue].self) ?? [] {
      guard let parts = edit.arrayValue, parts.count == 4, let file = parts[0].stringValue,
        let offset = parts[1].integerValue, let length = parts[2].integerValue,
        let bytes = parts[3].stringValue.flatMap({ Hexadecimal.bytes($0) })
      else { throw FormatError(.malformed("not [file, offset, length, hexadecimal]"), field: "edits") }
      edits.append(Edit(file: file, offset: Int(offset), length: Int(length), bytes: bytes))
    }
    removed = try fields.optional("remove") ?? []
    folders = try fields.optional("folders") ?? []
    pipes = try fields.optional("pipes") ?? []
    links = try (fields.optional("links", as: [[String]].self) ?? []).map { ($0[0], $0[1]) }
  }

  /// A file's bytes with its edits done.
  static func edited(_ original: [UInt8], _ edits: [Edit]) -> [UInt8] {
    var result: [UInt8] = []
    var end = 0
    for edit in edits {
      result += original[end..<edit.offset]
      result += edit.bytes
      end = edit.offset + edit.length
    }
    return result + original[end...]
  }
}
