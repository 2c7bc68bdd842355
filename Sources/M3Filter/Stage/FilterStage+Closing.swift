import M3Bytes
public import M3Stage

extension FilterStage {
  /// The last step: what tasks put aside must be there.
  ///
  /// It lies in a folder of its own, for which markers do not vouch; a run that finds it gone must not say that all is done.
  public static func closing(_ plan: StagePlan, rejectedFolder: String?) -> StageRunner.Closing {
    StageRunner.Closing(
      isDone: { try firstMissing(plan, rejectedFolder) == nil },
      perform: { _ in
        guard let path = try firstMissing(plan, rejectedFolder) else { return }
        throw FormatError(
          .missing("file of refused records, which a task wrote: remove the stage's folder to make it again"),
          field: "rejected", file: path)
      })
  }

  private static func firstMissing(_ plan: StagePlan, _ folder: String?) throws -> String? {
    guard let folder else { return nil }
    return try plan.tasks.indices.lazy
      .map { FilePaths.join(folder, RejectedWriter.fileName(taskNumber: plan.task($0).number)) }
      .first { try FilePaths.kind($0) != .file }
  }
}
