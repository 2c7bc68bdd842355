public import M3Dedupe
public import M3Records

/// Settings of `m3-dedupe`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct DedupeSettings: Equatable {
  /// What a record is; nil: references where a stage wrote them, else documents.
  public var level: TextLevel?
  /// What makes texts near-duplicates, and which one stays.
  public var configuration: DedupeConfiguration
  /// Kept texts of a bucket that a text is compared with.
  public var bucketLimit: Int
  public var textField: String
  public var idField: String
  /// Bytes of plain input that one task reads, where the input is not a stage's.
  public var taskBytes: Int

  public init(_ section: inout SettingsSection) throws {
    level = try section.level()
    configuration = DedupeConfiguration(preset: try section.choice("preset", default: .reference))
    configuration.shingleLength = try section.integer("shingle", default: configuration.shingleLength, in: 1...1024)
    configuration.bandCount = try section.integer("bands", default: configuration.bandCount, in: 1...256)
    configuration.rowCount = try section.integer("rows", default: configuration.rowCount, in: 1...1024)
    configuration.seed = UInt64(try section.integer("seed", default: Int(configuration.seed), in: 0...Int.max))
    configuration.threshold = try section.share("threshold", default: configuration.threshold)
    configuration.verify = try section.boolean("verify", default: configuration.verify)
    configuration.keep = try section.choice("keep", default: configuration.keep)
    bucketLimit = try section.integer(
      "bucket_limit", default: DedupeStageConfiguration.defaultBucketLimit, in: 1...1 << 30)
    textField = try section.fieldName("text_field", default: "text")
    idField = try section.fieldName("id_field", default: "id")
    taskBytes = try section.integer("task_bytes", default: 256 << 20, in: 1...1 << 50)
    try section.finish()
  }

  public var fields: DocumentFields { DocumentFields(text: textField, id: idField) }
}
