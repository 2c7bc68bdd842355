/// Settings of `m3-index`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct IndexSettings: Equatable {
  /// faiss's string for the kind of index; `auto`: `Flat`, `HNSW32` or lists of codes, by the number of references.
  public var factory: String
  /// Candidates of each vector that a graph looks at as it is built.
  public var graphEffort: Int
  /// Candidates of a search in a graph.
  public var graphSearch: Int
  /// Lists that a search looks at.
  public var probes: Int
  /// Vectors that lists and codes are learnt from, at most; nil where none is set.
  public var trainingCount: Int?

  public init(_ section: inout SettingsSection) throws {
    factory = try section.string("factory", default: "auto")
    graphEffort = try section.integer("ef_construction", default: 40, in: 8...65_536)
    graphSearch = try section.integer("ef_search", default: 64, in: 1...65_536)
    probes = try section.integer("nprobe", default: 32, in: 1...65_536)
    let trainingCount = try section.integer("training_vectors", default: 0, in: 0...1 << 30)
    self.trainingCount = trainingCount == 0 ? nil : trainingCount
    try section.finish()
  }
}
