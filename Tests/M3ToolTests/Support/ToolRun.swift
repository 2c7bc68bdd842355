import M3JSON
import Testing

/// What a child process left when it ended.
struct ToolRun: Sendable {
  let command: String
  /// The exit code; nothing where a signal ended it.
  let status: Int32
  let signal: Int32?
  let output: String
  let errors: String

  /// stdout as JSON.
  func json() throws -> JSONObject {
    let value = try JSONValue.parse(Array(output.utf8))
    return try #require(value.objectValue, "\(self)")
  }

  /// stdout as JSON, an object a line.
  func jsonLines() throws -> [JSONObject] {
    try output.split(separator: "\n").map { line in
      let value = try JSONValue.parse(Array(line.utf8))
      return try #require(value.objectValue, "\(self)")
    }
  }
}

extension ToolRun: CustomStringConvertible {
  var description: String {
    "\(command)\n  exit \(status)\(signal.map { ", signal \($0)" } ?? "")\n  stdout: \(output)\n  stderr: \(errors)"
  }
}

/// The exit codes of `sysexits.h` that the tools share.
enum Exit {
  static let ok: Int32 = 0
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  static let missing: Int32 = 66
  static let cannotCreate: Int32 = 73
  static let inputOutput: Int32 = 74
  static let transient: Int32 = 75
}

/// Expects an exit code, texts in stderr, and no trap.
@discardableResult
func expect(
  _ run: ToolRun, _ status: Int32, _ mentioned: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) -> ToolRun {
  #expect(run.signal == nil, "\(run)", sourceLocation: sourceLocation)
  #expect(run.status == status, "\(run)", sourceLocation: sourceLocation)
  #expect(!run.errors.contains("Fatal error"), "\(run)", sourceLocation: sourceLocation)
  for text in mentioned {
    #expect(run.errors.contains(text), "stderr does not say `\(text)`\n\(run)", sourceLocation: sourceLocation)
  }
  return run
}
