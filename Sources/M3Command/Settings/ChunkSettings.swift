public import M3JSON
public import M3Records

/// Settings of `m3-chunk`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct ChunkSettings: Equatable {
  /// Tokens of a reference at most, BOS not counted (paper, section 1: 128).
  public var maximumTokens: Int
  /// Fields of a document; the title, where there is one, stands before each of its references as `Title: `.
  public var textField: String
  public var idField: String
  public var titleField: String
  /// Whether references carry their token ids.
  public var withTokenIDs: Bool
  /// Bytes of plain input that one task reads: small files are put together, large ones cut at lines.
  public var taskBytes: Int

  public init(_ section: inout SettingsSection) throws {
    maximumTokens = try section.integer("max_tokens", default: 128, in: 8...4096)
    textField = try section.fieldName("text_field", default: "text")
    idField = try section.fieldName("id_field", default: "id")
    titleField = try section.string("title_field", default: "title")
    withTokenIDs = try section.boolean("with_token_ids", default: false)
    taskBytes = try section.integer("task_bytes", default: 256 << 20, in: 1...1 << 50)
    try section.finish()
  }

  /// What decides the stage's bytes.
  public var json: JSONObject {
    [
      "id_field": .string(idField), "max_tokens": .integer(Int64(maximumTokens)),
      "task_bytes": .integer(Int64(taskBytes)), "text_field": .string(textField),
      "title_field": .string(titleField), "with_token_ids": .bool(withTokenIDs),
    ]
  }

  public var fields: DocumentFields {
    DocumentFields(text: textField, id: idField, title: titleField.isEmpty ? nil : titleField)
  }
}
