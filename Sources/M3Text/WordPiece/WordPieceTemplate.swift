import M3Bytes
import M3JSON

extension WordPieceDefinition.Template {
  /// Reads the section `post_processor`, of which only what is done with single texts counts.
  init(_ section: JSONFields?, _ ids: [[UInt8]: Int32]) throws(FormatError) {
    guard let section else {
      self.init()
      return
    }
    let type = try section.requireType(oneOf: ["TemplateProcessing", "BertProcessing", "RobertaProcessing"])
    if type.isSpelled("TemplateProcessing") {
      try self.init(template: section, ids)
    } else {
      try section.refuseUnknown(keys: ["type", "cls", "sep", "trim_offsets", "add_prefix_space"])
      self.init(
        prefix: [try Self.pair("cls", in: section, ids)], suffix: [try Self.pair("sep", in: section, ids)])
    }
  }

  /// A token and its id, as `["[CLS]", 101]`.
  private static func pair(_ key: String, in section: JSONFields, _ ids: [[UInt8]: Int32]) throws(FormatError) -> Int32
  {
    let field = "\(section.path).\(key)"
    let values: [JSONValue] = try section.required(key)
    guard values.count == 2 else {
      throw FormatError(.mismatch(expected: "a token and its id", found: "\(values.count) values"), field: field)
    }
    let token = try String.read(values[0], path: "\(field)[0]")
    return try check(token, Int32.read(values[1], path: "\(field)[1]"), ids, field: field)
  }

  private init(template section: JSONFields, _ ids: [[UInt8]: Int32]) throws(FormatError) {
    try section.refuseUnknown(keys: ["type", "single", "pair", "special_tokens"])
    self.init()
    let tokens: JSONFields = try section.required("special_tokens")
    var hasText = false
    for piece in try section.required("single", as: [JSONFields].self) {
      try piece.refuseUnknown(keys: ["SpecialToken", "Sequence"])
      guard piece.object.members.count == 1 else {
        throw FormatError(.malformed("neither one special token nor one sequence"), field: piece.path)
      }
      if let sequence: JSONFields = try piece.optional("Sequence") {
        try Self.checkType(of: sequence)
        let name: String = try sequence.required("id")
        guard name.isSpelled("A"), !hasText else {
          throw FormatError(.unsupported(found: "another sequence than A, once"), field: "\(sequence.path).id")
        }
        hasText = true
      } else {
        let special: JSONFields = try piece.required("SpecialToken")
        try Self.checkType(of: special)
        let added = try Self.ids(of: special.required("id"), in: tokens, ids)
        if hasText { suffix += added } else { prefix += added }
      }
    }
    guard hasText else { throw FormatError(.missing("the sequence A"), field: "\(section.path).single") }
  }

  /// All tokens of a single text are of type 0.
  private static func checkType(of piece: JSONFields) throws(FormatError) {
    try piece.refuseUnknown(keys: ["id", "type_id"])
    let type: UInt32 = try piece.required("type_id")
    if type != 0 { throw FormatError(.unsupported(found: "the token type \(type)"), field: "\(piece.path).type_id") }
  }

  /// What a special token of the template stands for.
  private static func ids(
    of name: String, in tokens: JSONFields, _ known: [[UInt8]: Int32]
  ) throws(FormatError) -> [Int32] {
    let token: JSONFields = try tokens.required(name)
    try token.refuseUnknown(keys: ["id", "ids", "tokens"])
    let ids: [Int32] = try token.required("ids")
    let spellings: [String] = try token.required("tokens")
    guard ids.count == spellings.count else {
      throw FormatError(.mismatch(expected: "\(ids.count) tokens", found: "\(spellings.count)"), field: token.path)
    }
    for (spelling, id) in zip(spellings, ids) { _ = try check(spelling, id, known, field: token.path) }
    return ids
  }

  /// Refuses a special token that the vocabulary does not have or has under another id.
  private static func check(
    _ token: String, _ id: Int32, _ ids: [[UInt8]: Int32], field: String
  ) throws(FormatError) -> Int32 {
    guard let known = ids[Array(token.utf8)] else {
      throw FormatError(.missing("the special token \"\(token)\" in the vocabulary"), field: field)
    }
    guard known == id else { throw FormatError(.mismatch(expected: "id \(known)", found: "\(id)"), field: field) }
    return id
  }
}
