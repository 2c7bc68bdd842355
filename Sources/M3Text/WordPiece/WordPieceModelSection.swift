import M3Bytes
import M3JSON

/// The section `model` of a `tokenizer.json`, checked.
struct WordPieceModelSection: Sendable {
  /// By id.
  let pieces: [[UInt8]]
  let unknown: Int32
  let continuingPrefix: [UInt8]
  let maximumCharacterCount: Int

  /// The id of each piece.
  var ids: [[UInt8]: Int32] {
    Dictionary(uniqueKeysWithValues: zip(pieces, Int32(0)...))
  }

  init(_ section: JSONFields) throws(FormatError) {
    try section.requireType(oneOf: ["WordPiece"])
    try section.refuseUnknown(keys: [
      "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab",
    ])
    let unknown: String = try section.required("unk_token")
    continuingPrefix = Array(try section.required("continuing_subword_prefix", as: String.self).utf8)
    maximumCharacterCount = Int(try section.required("max_input_chars_per_word", as: UInt32.self))
    pieces = try Self.pieces(section.required("vocab"), field: "\(section.path).vocab")
    guard let id = pieces.firstIndex(of: Array(unknown.utf8)) else {
      throw FormatError(
        .missing("the unknown piece \"\(unknown)\" in the vocabulary"), field: "\(section.path).unk_token")
    }
    self.unknown = Int32(id)
  }

  /// Orders the vocabulary by id. Keys are unique in JSON that was parsed.
  private static func pieces(_ vocabulary: JSONObject, field: String) throws(FormatError) -> [[UInt8]] {
    let members = vocabulary.members
    var pieces = [[UInt8]?](repeating: nil, count: members.count)
    for (piece, value) in members {
      let id = try Int32.read(value, path: "\(field).\(piece)")
      guard pieces.indices.contains(Int(id)) else {
        throw FormatError(
          .outOfRange(found: "\(id)", allowed: "0 to \(members.count - 1), each once"), field: "\(field).\(piece)")
      }
      guard pieces[Int(id)] == nil else { throw FormatError(.duplicate("id \(id)"), field: "\(field).\(piece)") }
      pieces[Int(id)] = Array(piece.utf8)
    }
    return pieces.compactMap(\.self)
  }
}
