public import M3Inference

/// Settings of retrieval in `m3-read`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct ReadSettings {
  public let retrieval: RetrievalSettings

  public init(_ section: inout SettingsSection) throws {
    var settings = RetrievalSettings()
    settings.count = try section.integer("memories", default: settings.count, in: 1...64)
    settings.chunkTokens = try section.integer("chunk_tokens", default: settings.chunkTokens, in: 1...4096)
    settings.gate = try section.number("gate", default: settings.gate, in: -1...2)
    settings.similarityWeight = try section.number(
      "similarity_weight", default: settings.similarityWeight, in: 0...1000)
    settings.leastWeight = try section.number("least_weight", default: settings.leastWeight, in: 0...1)
    settings.logitScale = try section.number("logit_scale", default: settings.logitScale, in: 0...100)
    settings.logSumExpScale = try section.number("log_sum_exp_scale", default: settings.logSumExpScale, in: 0...100)
    settings.prefetchTokens = try section.integer(
      "prefetch_tokens", default: min(settings.prefetchTokens, settings.chunkTokens / 2),
      in: 0...settings.chunkTokens - 1)
    settings.cacheBytes = try section.integer("cache_bytes", default: settings.cacheBytes, in: 0...1 << 40)
    try section.finish()
    retrieval = settings
  }
}
