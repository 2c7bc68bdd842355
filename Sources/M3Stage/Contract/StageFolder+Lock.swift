public import M3Bytes

extension StageFolder {
  /// How long to wait for another process that makes the plan, which can mean hashing all inputs, or closes the stage.
  public static let patience = Duration.seconds(900)

  /// Runs `body` while no other process writes what the tasks of the folder share: plan, report, a bank's manifest.
  ///
  /// Tasks of one stage meet here for moments, so they wait for each other.
  /// - Parameters:
  ///   - name: what is written; one who holds a name may take another, and not the same again.
  ///   - patience: how long to wait for it.
  /// - Throws: ``FileError`` `lock` where another process holds the lock for too long; what `body` throws.
  public func exclusively<Result>(
    _ name: String = "shared", patience: Duration = StageFolder.patience, _ body: () throws -> Result
  ) throws -> Result {
    let lock = try FileLock(path: lockPath(name), patience: patience)
    return try withExtendedLifetime(lock, body)
  }

  /// Removes the file of a lock that nobody holds: a run that was killed between its last step and the lock's end left it.
  ///
  /// For names whose work is found done: then nobody takes the lock again, who would remove the file as it leaves.
  public func removeLeftLock(_ name: String = "shared") throws(FileError) {
    let path = lockPath(name)
    if try FilePaths.kind(path) != nil { _ = try? FileLock(path: path) }
  }

  /// Removes the files of all locks that nobody holds: a power cut can bring back any that was removed.
  func removeLeftLocks() throws(FileError) {
    for name in try FilePaths.list(markerFolder) where name.hasPrefix(".") && name.hasSuffix(".lock") {
      _ = try? FileLock(path: FilePaths.join(markerFolder, name))
    }
  }

  /// Makes durable what another run left: one that was killed between a rename and the sync of its folder left names that
  /// can be lost with the power.
  func sync() throws(FileError) {
    for folder in [path, statePath, markerFolder] { try FilePaths.syncDirectory(folder) }
  }
}
