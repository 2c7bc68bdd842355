import Glibc
import M3Bytes
import M3JSON
import M3TestSupport

/// Two models of one tokenizer and one shape, with other weights.
enum Model {
  static let tiny = Fixtures.path("tiny/tiny-llama.gguf")
  static let other = Fixtures.path("tiny/tiny-llama-untied.gguf")
}

/// A folder in which stages run, by names relative to it.
final class Workspace: Sendable {
  private let folder = Result { try TemporaryFolder() }
  var path: String { get throws { try folder.get().path } }

  func file(_ name: String) throws -> String { FilePaths.join(try path, name) }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try FilePaths.makeDirectory(FilePaths.split(try file(name)).folder)
    return try folder.get().write(bytes, name)
  }

  @discardableResult
  func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

  func remove(_ name: String) throws { try FilePaths.remove(file(name)) }

  func read(_ name: String) throws -> [UInt8] { try folder.get().read(name) }

  func json(_ name: String) throws -> JSONObject { try JSONValue.parse(read(name)).objectValue ?? [:] }

  func run(
    _ tool: Tool, _ arguments: [String], environment: [String: String] = [:], input: String? = nil, output: Int32? = nil
  ) throws -> ToolRun {
    try Child(tool, arguments, in: path, environment: environment, input: input, output: output).wait()
  }

  /// Documents to references.
  func chunk(
    _ more: [String] = [], input: [String] = ["documents.jsonl"], to output: String = "references",
    model: String = Model.tiny
  ) throws -> ToolRun {
    try run(.chunk, ["--input"] + input + ["--output", output, "--model", model, "--set", "max_tokens=48"] + more)
  }

  /// References to memories.
  func encode(
    _ more: [String] = [], input: String = "references", to output: String = "memories", model: String = Model.tiny
  ) throws -> ToolRun {
    try run(.encode, ["--input", input, "--output", output, "--model", model] + more)
  }

  /// Memories to codes.
  func quantize(
    _ more: [String] = [], input: String = "memories", to output: String = "codes", codec: String
  ) throws -> ToolRun {
    try run(
      .quantize, ["--input", input, "--references", "references", "--output", output, "--codec", codec] + more)
  }

  /// Memories or codes, and references, to a bank.
  func shard(_ more: [String] = [], input: String = "memories", to output: String = "bank") throws -> ToolRun {
    try run(.shard, ["--input", input, "--references", "references", "--output", output] + more)
  }

  /// Every file beneath a folder, hidden ones too, by its name in it. Of the records of what a run cost, which differ from
  /// run to run, the names alone.
  func snapshot(_ name: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    func visit(_ relative: String) throws {
      for entry in try FilePaths.list(file(FilePaths.join(name, relative))) {
        let inside = FilePaths.join(relative, entry)
        if try FilePaths.kind(file(FilePaths.join(name, inside))) == .directory {
          try visit(inside)
        } else {
          files[inside] = relative.hasSuffix("_runs") ? [] : try read(FilePaths.join(name, inside))
        }
      }
    }
    try visit("")
    return files
  }

  /// Writes files that ``snapshot(_:)`` gave into another folder.
  func restore(_ files: [String: [UInt8]], to name: String) throws {
    for (file, bytes) in files { try write(bytes, FilePaths.join(name, file)) }
  }
}
