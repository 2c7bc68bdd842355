import M3Bytes

extension StageFolder {
  /// How long to wait for another process that makes the plan, which can mean hashing all inputs, or closes the stage.
  private static let patience = Duration.seconds(900)

  /// Runs `body` while no other process writes what the tasks of the folder share: plan, report, a bank's manifest.
  ///
  /// Tasks of one stage meet here for moments, so they wait for each other.
  /// - Parameter name: what is written; one who holds a name may take another, and not the same again.
  /// - Throws: ``FileError`` `lock` where another process holds the lock for too long; what `body` throws.
  public func exclusively<Result>(_ name: String = "shared", _ body: () throws -> Result) throws -> Result {
    let lock = try FileLock(path: lockPath(name), patience: Self.patience)
    return try withExtendedLifetime(lock, body)
  }
}
