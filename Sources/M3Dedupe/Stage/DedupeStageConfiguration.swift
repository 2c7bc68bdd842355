import M3JSON
public import M3Records
public import M3Stage

/// What decides the results of ``DedupeStage``.
public struct DedupeStageConfiguration: Sendable {
  public var dedupe: DedupeConfiguration
  public var level: TextLevel
  /// The names in documents.
  public var fields: DocumentFields
  public var badInput: BadInputPolicy
  /// Kept texts of a bucket that a text is compared with; what is left out is counted.
  public var bucketLimit: Int
  /// Bytes of plain input that one task reads, where no stage before has divided it.
  public var taskBytes: Int

  public static let defaultBucketLimit = 1_024

  public init(
    _ dedupe: DedupeConfiguration, level: TextLevel, fields: DocumentFields = DocumentFields(),
    badInput: BadInputPolicy = .fail, bucketLimit: Int = Self.defaultBucketLimit, taskBytes: Int = 256 << 20
  ) {
    (self.dedupe, self.level, self.fields, self.badInput) = (dedupe, level, fields, badInput)
    (self.bucketLimit, self.taskBytes) = (bucketLimit, taskBytes)
  }

  /// Settings of the steps up to one: those of later steps may change, and what came before stands.
  func json(_ step: DedupeStep) -> JSONObject {
    var settings = JSONObject()
    for (key, value) in dedupe.json.members where !Self.clusterKeys.contains(key) { settings[key] = value }
    settings["level"] = .string(level.rawValue)
    settings["on_bad_input"] = .string(badInput.rawValue)
    settings["task_bytes"] = .integer(Int64(taskBytes))
    if level == .document {
      settings["id_field"] = .string(fields.id)
      settings["text_field"] = .string(fields.text)
    }
    if step != .signatures { settings["keep"] = dedupe.json["keep"] }
    guard step == .cluster || step == .drop else { return settings }
    for key in Self.clusterKeys { settings[key] = dedupe.json[key] }
    settings["bucket_limit"] = .integer(Int64(bucketLimit))
    return settings
  }

  private static let clusterKeys = ["keep", "threshold", "verify"]
}
