import Glibc
import M3Bytes
import M3Stage
import M3TestSupport
import Testing

/// Two runs in one folder.
@Suite struct StageLockTests {
  let inputs: TemporaryFolder
  let output: TemporaryFolder
  let stage: CopyStage

  init() throws {
    inputs = try TemporaryFolder()
    output = try TemporaryFolder()
    stage = try CopyStage(inputs, StageFolder(output.path))
  }

  @Test func aTaskThatAnotherRunsIsNotTouched() throws {
    try FilePaths.makeDirectory(output.file("_done"))
    let path = output.file("_done/.1-of-2.lock")
    let lock = try FileLock(path: path)
    var performed: [Int] = []
    let error = #expect(throws: FileError.self) { try stage.run { task, _ in performed.append(task.index) } }
    withExtendedLifetime(lock) {}
    #expect(performed == [0])
    #expect(error == FileError(.lock, path: path, errorNumber: EWOULDBLOCK))
    #expect(error?.isTransient == true)
    #expect(try FilePaths.kind(output.file("part-00001.txt")) == nil)
  }

  @Test func theLockEndsWithItsHolder() throws {
    try FilePaths.makeDirectory(output.file("_done"))
    do { _ = try FileLock(path: output.file("_done/.0-of-2.lock")) }
    #expect(try stage.run().performed == [0, 1])
  }

  @Test func aLockFileThatNobodyHoldsIsNoLock() throws {
    try FilePaths.makeDirectory(output.file("_done"))
    try output.write([], "_done/.0-of-2.lock")
    #expect(try stage.run().performed == [0, 1])
    #expect(try FilePaths.list(output.file("_done")) == ["0-of-2.json", "1-of-2.json"])
  }

  @Test func aTaskHoldsItsLockWhileItRuns() throws {
    try stage.run { task, _ in
      #expect(throws: FileError.self) { try FileLock(path: output.file("_done/.\(task.label).lock")) }
    }
  }
}
