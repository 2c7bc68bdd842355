/// What is known of a stage by its name: its place in the pipeline, and what it counts.
public struct PipelineStage: Sendable, Equatable {
  /// The stage's verb, as in ``StageDefinition/name``.
  public let name: String
  /// What goes in, for people: `documents`.
  public let takes: String
  /// What comes out: `references`.
  public let gives: String
  /// Its place; stages that are not of the pipeline come last.
  let rank: Int

  /// Any name has a stage; one that is not of the pipeline takes and gives records.
  public init(_ name: String) {
    let index = Self.pipeline.firstIndex { $0.name == name }
    let known = index.map { Self.pipeline[$0] }
    self.name = name
    takes = known?.takes ?? "records"
    gives = known?.gives ?? "records"
    rank = index ?? Self.pipeline.count
  }

  private static let pipeline = [
    (name: "dedupe-documents", takes: "documents", gives: "documents"),
    (name: "filter-documents", takes: "documents", gives: "documents"),
    (name: "chunk", takes: "documents", gives: "references"),
    (name: "dedupe", takes: "references", gives: "references"),
    (name: "filter", takes: "references", gives: "references"),
    (name: "encode", takes: "references", gives: "memories"),
    (name: "quantize", takes: "memories", gives: "memories"),
    (name: "shard", takes: "references", gives: "records"),
    (name: "index", takes: "records", gives: "entries"),
  ]
}
