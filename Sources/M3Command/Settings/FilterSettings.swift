public import M3JSON
public import M3Records

/// Settings of `m3-filter`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct FilterSettings: Equatable {
  /// When each profile looks only at texts of its own language.
  public enum Route: String, CaseIterable, Sendable {
    /// Where the profiles are for more than one language.
    case auto
    case always
    case never
  }

  /// What a record is; nil: references where a stage wrote them, else documents.
  public var level: TextLevel?
  /// Profiles by name, in the order in which they look at a text; `language:en,zh` keeps texts in these.
  public var profiles: [String]
  /// `PROFILE.RULE=VALUE`: thresholds other than the profiles'.
  public var thresholds: [String]
  public var route: Route
  /// The lowest score of the quality model that is kept; nil where none is set.
  public var minimumQuality: Double?
  /// The share of texts that the quality model keeps; nil where none is set.
  public var keepFraction: Double?
  /// Texts that the threshold of a share is found from.
  public var qualitySample: Int
  public var seed: Int
  /// Kernels that the encoder computes with, by name; `auto` is the fastest this machine can run.
  public var kernel: String
  /// Whether profiles whose source changes texts change documents too.
  public var rewrites: Bool
  public var textField: String
  public var idField: String
  /// Bytes of plain input that one task reads, where the input is not a stage's.
  public var taskBytes: Int

  public init(_ section: inout SettingsSection) throws {
    level = try section.level()
    profiles = try section.list("profiles", default: ["reference"])
    thresholds = try section.list("thresholds", default: [])
    route = try section.choice("route", default: .auto)
    minimumQuality = try section.share("min_quality")
    keepFraction = try section.share("keep_fraction")
    qualitySample = try section.integer("quality_sample", default: 2000, in: 1...1_000_000)
    seed = try section.integer("seed", default: 1, in: 0...Int(Int32.max))
    kernel = try section.string("kernel", default: "auto")
    rewrites = try section.boolean("rewrite", default: false)
    textField = try section.fieldName("text_field", default: "text")
    idField = try section.fieldName("id_field", default: "id")
    taskBytes = try section.integer("task_bytes", default: 256 << 20, in: 1...1 << 50)
    if minimumQuality != nil, keepFraction != nil {
      throw section.wrong("keep_fraction", "either this or min_quality")
    }
    try section.finish()
  }

  public var fields: DocumentFields { DocumentFields(text: textField, id: idField) }

  /// What decides the stage's bytes, but for the profiles, their thresholds and routes, and the quality model.
  public var json: JSONObject {
    var object: JSONObject = [
      "id_field": .string(idField), "rewrite": .bool(rewrites), "task_bytes": .integer(Int64(taskBytes)),
      "text_field": .string(textField),
    ]
    object["min_quality"] = minimumQuality.map { .double($0) }
    if let keepFraction {
      object["keep_fraction"] = .double(keepFraction)
      object["quality_sample"] = .integer(Int64(qualitySample))
      object["seed"] = .integer(Int64(seed))
    }
    return object
  }
}
