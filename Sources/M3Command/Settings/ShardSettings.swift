public import M3JSON

/// Settings of `m3-shard`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct ShardSettings: Equatable {
  /// How vectors of raw memories are stored: `bf16`, `int8`, `int4`, `int3`, `int2`.
  public var codec: String
  /// zstd's level.
  public var compressionLevel: Int

  public init(_ section: inout SettingsSection) throws {
    codec = try section.string("codec", default: "int4")
    compressionLevel = try section.integer("compression_level", default: 3, in: 1...19)
    try section.finish()
  }

  /// What decides a bank of coded memories.
  public var compression: JSONObject { ["compression_level": .integer(Int64(compressionLevel))] }

  public var json: JSONObject {
    ["codec": .string(codec), "compression_level": .integer(Int64(compressionLevel))]
  }
}
