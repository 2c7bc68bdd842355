import M3Bytes
import M3JSON

/// The content of a `tokenizer.json` that decides ids, checked.
struct WordPieceDefinition: Sendable {
  /// A token that is found in a text by its spelling.
  struct AddedToken: Sendable {
    var content: [UInt8]
    var id: Int32
  }

  /// The special tokens around a text's own.
  struct Template: Sendable {
    var prefix: [Int32] = []
    var suffix: [Int32] = []
  }

  private let model: WordPieceModelSection
  let normalization: BertNormalization
  let addedTokens: [AddedToken]
  /// Ids of the vocabulary and of the added tokens that are not in it.
  let tokenCount: Int
  let template: Template
  let maximumTokens: Int?

  var pieces: [[UInt8]] { model.pieces }
  var unknown: Int32 { model.unknown }
  var continuingPrefix: [UInt8] { model.continuingPrefix }
  var maximumCharacterCount: Int { model.maximumCharacterCount }

  /// Padding and the decoder do not change ids; they are not read.
  private static let keys = [
    "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder",
    "model",
  ]

  init(bytes: [UInt8]) throws(FormatError) {
    let file = try JSONFields(JSONValue.parse(bytes), path: "tokenizer")
    try file.refuseUnknown(keys: Self.keys)
    if let version: String = try file.optional("version"), !version.isSpelled("1.0") {
      throw FormatError(.unsupportedVersion(found: version, supported: "1.0"), field: "tokenizer.version")
    }
    model = try WordPieceModelSection(file.required("model"))
    normalization = try BertNormalization(file.required("normalizer"))
    let preTokenizer: JSONFields = try file.required("pre_tokenizer")
    try preTokenizer.requireType(oneOf: ["BertPreTokenizer"])
    try preTokenizer.refuseUnknown(keys: ["type"])

    var ids = model.ids
    addedTokens = try Self.addedTokens(in: file, &ids)
    tokenCount = ids.count
    template = try Template(file.unlessNull("post_processor"), ids)
    maximumTokens = try Self.maximumTokens(file.unlessNull("truncation"))
  }

  /// How the file wants texts cut; the stride is between the parts that are cut off.
  private static func maximumTokens(_ truncation: JSONFields?) throws(FormatError) -> Int? {
    guard let truncation else { return nil }
    try truncation.refuseUnknown(keys: ["direction", "max_length", "strategy", "stride"])
    if let direction: String = try truncation.optional("direction"), !direction.isSpelled("Right") {
      throw FormatError(.unsupported(found: "truncation at \"\(direction)\""), field: "\(truncation.path).direction")
    }
    let strategy: String = try truncation.required("strategy")
    guard strategy.isSpelled("LongestFirst") || strategy.isSpelled("OnlyFirst") else {
      throw FormatError(.unsupported(found: "truncation by \"\(strategy)\""), field: "\(truncation.path).strategy")
    }
    return Int(try truncation.required("max_length", as: UInt32.self))
  }
}

extension BertNormalization {
  fileprivate init(_ section: JSONFields) throws(FormatError) {
    try section.requireType(oneOf: ["BertNormalizer"])
    try section.refuseUnknown(keys: ["type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"])
    cleansText = try section.required("clean_text")
    isolatesIdeographs = try section.required("handle_chinese_chars")
    lowercases = try section.required("lowercase")
    // Left open, accents go where capital letters go.
    stripsAccents = try section.unlessNull("strip_accents") ?? lowercases
  }
}

extension JSONFields {
  /// The value of a field, or nil where it is absent or `null`.
  func unlessNull<Value: JSONReadable>(_ key: String) throws(FormatError) -> Value? {
    if object[key] == .null { return nil }
    return try optional(key)
  }

  /// Refuses a section of another type than those named.
  /// - Returns: the type.
  @discardableResult
  func requireType(oneOf types: [String]) throws(FormatError) -> String {
    let type: String = try required("type")
    guard types.contains(where: { $0.isSpelled(type) }) else {
      throw FormatError(.unsupported(found: "the type \"\(type)\""), field: "\(path).type")
    }
    return type
  }
}

extension String {
  /// Whether both have the same bytes: Swift takes composed and decomposed characters for equal.
  func isSpelled(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
