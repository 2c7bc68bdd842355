import M3Bytes
public import M3Records

/// Where a tool may write a file.
public enum OutputFile {
  /// Refuses a file that is read.
  /// - Throws: ``UsageError``.
  public static func require(_ output: String, notAmong inputs: [InputFile]) throws {
    try require(output, notAmong: inputs.map(\.path))
  }

  /// Refuses a file that is read.
  /// - Throws: ``UsageError``.
  public static func require(_ output: String, notAmong inputs: [String]) throws {
    guard try FilePaths.kind(output) != nil else { return }
    let identity = try FilePaths.identity(output)
    if let input = try inputs.first(where: { try FilePaths.identity($0) == identity }) {
      throw UsageError("\(output) would overwrite the input \(input)")
    }
  }
}
