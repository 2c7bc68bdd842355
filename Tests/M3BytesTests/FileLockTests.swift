import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite struct FileLockTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("lock")
  }

  @Test func oneHolderAtATime() throws {
    do {
      let lock = try FileLock(path: path)
      let error = #expect(throws: FileError.self) { try FileLock(path: path) }
      #expect(error == FileError(.lock, path: path, errorNumber: EWOULDBLOCK))
      withExtendedLifetime(lock) {}
    }
    #expect(try FilePaths.list(folder.path) == [])
    _ = try FileLock(path: path)
  }

  @Test func aFailedAttemptLeavesTheLockAlone() throws {
    let lock = try FileLock(path: path)
    for _ in 0..<100 { _ = try? FileLock(path: path) }
    #expect(throws: FileError.self) { try FileLock(path: path) }
    #expect(try FilePaths.kind(path) == .file)
    withExtendedLifetime(lock) {}
  }

  @Test func linksAreNotFollowed() throws {
    try folder.write([5], "victim")
    #expect(symlink(folder.file("victim"), path) == 0)
    let error = #expect(throws: FileError.self) { try FileLock(path: path) }
    #expect(error == FileError(.create, path: path, errorNumber: ELOOP))
    #expect(try folder.read("victim") == [5])
  }

  /// A lock of another process, and what is left when that process is killed.
  @Test func theLockEndsWithItsProcess() throws {
    var child = pid_t()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // util-linux's own implementation of the same lock.
    let script = "exec 9>\"$1\"; flock -x 9; echo locked; exec sleep 600"
    let texts = ["/bin/sh", "-c", script, "sh", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    try #require(posix_spawn(&child, "/bin/sh", &actions, nil, &arguments, environ) == 0)
    close(ends[1])
    var answer = [UInt8](repeating: 0, count: 6)
    #expect(read(ends[0], &answer, 6) == 6)
    close(ends[0])

    let error = #expect(throws: FileError.self) { try FileLock(path: path) }
    #expect(error?.isTransient == true)
    kill(child, SIGKILL)
    var status: Int32 = 0
    waitpid(child, &status, 0)
    #expect(try FilePaths.kind(path) == .file)
    _ = try FileLock(path: path)
    #expect(try FilePaths.kind(path) == nil)
  }
}
