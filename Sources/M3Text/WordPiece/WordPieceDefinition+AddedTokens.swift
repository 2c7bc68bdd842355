import M3Bytes
import M3JSON

extension WordPieceDefinition {
  private static let maximumAddedByteCount = 1 << 20

  /// Reads the added tokens.
  /// - Parameter ids: of the vocabulary; those of tokens that are not in it are added.
  /// - Throws: `FormatError`; `mismatch` for an id that is not the vocabulary's or, for a new token, the next one,
  ///   since the reference gives those whatever the file says.
  static func addedTokens(in file: JSONFields, _ ids: inout [[UInt8]: Int32]) throws(FormatError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    var known: Set<[UInt8]> = []
    var byteCount = 0
    for section in try file.unlessNull("added_tokens") ?? [JSONFields]() {
      let content = try content(of: section)
      byteCount += content.count
      guard byteCount <= maximumAddedByteCount else {
        throw FormatError(
          .outOfRange(found: "more than \(maximumAddedByteCount) bytes", allowed: "at most as many"),
          field: "tokenizer.added_tokens")
      }
      guard known.insert(content).inserted else {
        throw FormatError(
          .duplicate("token \"\(String(decoding: content, as: UTF8.self))\""), field: "\(section.path).content")
      }
      let id: Int32 = try section.required("id")
      let expected = ids[content] ?? Int32(ids.count)
      guard id == expected else {
        throw FormatError(.mismatch(expected: "id \(expected)", found: "\(id)"), field: "\(section.path).id")
      }
      ids[content] = id
      tokens.append(AddedToken(content: content, id: id))
    }
    return tokens
  }

  /// The spelling of an added token, which must be one that is looked for in the raw text, wherever it stands.
  ///
  /// Stripping the white space around a token (`lstrip`, `rstrip`) changes no ids: white space gives none. That holds
  /// as long as no token begins or ends with it.
  private static func content(of section: JSONFields) throws(FormatError) -> [UInt8] {
    try section.refuseUnknown(keys: ["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"])
    let content: String = try section.required("content")
    for key in ["lstrip", "rstrip", "special"] { _ = try section.required(key, as: Bool.self) }
    for key in ["single_word", "normalized"] where try section.required(key) {
      throw FormatError(
        .unsupported(found: "\"\(content)\", an added token of this kind"), field: "\(section.path).\(key)")
    }
    guard let first = content.unicodeScalars.first, let last = content.unicodeScalars.last else {
      throw FormatError(.malformed("an empty token"), field: "\(section.path).content")
    }
    if first.properties.isWhitespace || last.properties.isWhitespace {
      throw FormatError(
        .unsupported(found: "\"\(content)\", an added token with white space at an end"),
        field: "\(section.path).content")
    }
    return Array(content.utf8)
  }
}
