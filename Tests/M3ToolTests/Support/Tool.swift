import Foundation
import Glibc
import M3Bytes
import M3TestSupport

/// The executables under test.
enum Tool: String, CaseIterable, Sendable {
  case chunk = "m3-chunk"
  case dedupe = "m3-dedupe"
  case filter = "m3-filter"
  case encode = "m3-encode"
  case quantize = "m3-quantize"
  case shard = "m3-shard"
  case index = "m3-index"
  case verify = "m3-verify"
  case read = "m3-read"
  case plan = "m3-plan"
  case bench = "m3-bench"

  var path: String { FilePaths.join(Tool.folder, rawValue) }

  /// `M3_BIN`, or beside the test bundle, or where `swift build -c release` puts them.
  private static let folder: String = {
    if let named = getenv("M3_BIN") { return String(cString: named) }
    let beside = FilePaths.split(CommandLine.arguments[0]).folder
    if access(FilePaths.join(beside, Tool.chunk.rawValue), X_OK) == 0 { return beside }
    return FilePaths.join(Fixtures.root, ".build/release")
  }()
}

/// A tool that runs in a process of its own; its output goes to files.
final class Child {
  private let process: pid_t
  private let command: String
  private let streams: TemporaryFolder

  /// - Parameters:
  ///   - folder: the child's working folder.
  ///   - environment: variables besides those of this process.
  ///   - input: what a pipe on stdin brings, less than it holds at once; nil for no input.
  ///   - output: the descriptor that becomes stdout; nil for a file that ``wait()`` reads.
  init(
    _ tool: Tool, _ arguments: [String], in folder: String, environment: [String: String] = [:], input: String? = nil,
    output: Int32? = nil
  ) throws {
    command = ([tool.rawValue] + arguments).joined(separator: " ")
    streams = try TemporaryFolder()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    let inputEnd = try input.map { try Self.pipe(Array($0.utf8)) }
    defer { if let inputEnd { close(inputEnd) } }
    if let inputEnd {
      posix_spawn_file_actions_adddup2(&actions, inputEnd, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, streams.file("output"), flags, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, streams.file("errors"), flags, 0o600)

    var variables = ProcessInfo.processInfo.environment
    // A trap shall end the child at once, not after a backtrace.
    variables["SWIFT_BACKTRACE"] = "enable=no"
    variables.merge(environment) { $1 }
    // `env` changes the folder and becomes the tool: the process stays the same.
    var argv = (["env", "-C", folder, tool.path] + arguments).map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var started: pid_t = 0
    let status = posix_spawn(&started, "/usr/bin/env", &actions, nil, &argv, &envp)
    guard status == 0 else { throw FileError(.open, path: tool.path, errorNumber: status) }
    process = started
  }

  /// The reading end of a pipe that holds these bytes and then ends.
  private static func pipe(_ bytes: [UInt8]) throws -> Int32 {
    precondition(bytes.count <= 1 << 16, "more than a pipe holds")
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw FileError(.create, path: "a pipe") }
    defer { close(ends[1]) }
    // Children that start meanwhile shall not hold it open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard write(ends[1], bytes, bytes.count) == bytes.count else { throw FileError(.write, path: "a pipe") }
    return ends[0]
  }

  func kill() { _ = Glibc.kill(process, SIGKILL) }

  /// Waits for the end, at most two minutes: no run of these tests takes a tenth of that.
  func wait() throws -> ToolRun {
    var status: Int32 = 0
    for _ in 0..<120_000 {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process {
        let signal = status & 0x7F
        return ToolRun(
          command: command, status: status >> 8 & 0xFF, signal: signal == 0 ? nil : signal,
          output: try text("output"), errors: try text("errors"))
      }
      usleep(1000)
    }
    kill()
    waitpid(process, &status, 0)
    throw FileError(.read, path: "\(command): \(try text("errors"))", errorNumber: ETIMEDOUT)
  }

  private func text(_ name: String) throws -> String {
    guard try FilePaths.kind(streams.file(name)) != nil else { return "" }
    return String(decoding: try streams.read(name), as: UTF8.self)
  }
}
