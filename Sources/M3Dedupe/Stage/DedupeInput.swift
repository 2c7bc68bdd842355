public import M3Stage

/// The texts to look through: what a stage wrote, or anyone's files.
public struct DedupeInput {
  /// The files of each task.
  public var sources: () throws -> [[StageSource]]
  /// Where the stage before left them; nil where no stage vouches for them.
  public var upstream: StageUpstream?

  public init(upstream: StageUpstream? = nil, sources: @escaping () throws -> [[StageSource]]) {
    (self.sources, self.upstream) = (sources, upstream)
  }
}
