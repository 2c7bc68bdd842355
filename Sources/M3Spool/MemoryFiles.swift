public import M3Stage

/// The files that a task over memories reads.
public struct MemoryFiles: Sendable {
  /// Raw memories or coded ones.
  public let memories: StageInput
  public let survey: StageInput
  public let references: StageInput

  /// - Precondition: three inputs, in this order.
  public init(_ inputs: [StageInput]) {
    precondition(inputs.count == 3, "memories, their survey, their references")
    (memories, survey, references) = (inputs[0], inputs[1], inputs[2])
  }

  /// Name of a task's file of coded memories.
  public static func codesName(taskNumber: String) -> String { "part-\(taskNumber)\(codesSuffix)" }

  /// Whether a stage's output is a file of memories, raw or coded.
  public static func isMemories(_ name: String) -> Bool {
    name.hasPrefix("part-") && (name.hasSuffix(spoolSuffix) || name.hasSuffix(codesSuffix))
  }

  /// Whether a stage's output is a file of coded memories.
  public static func isCodes(_ name: String) -> Bool { name.hasPrefix("part-") && name.hasSuffix(codesSuffix) }

  /// Whether `m3-quantize` wrote the memories.
  public var isCoded: Bool { Self.isCodes(memories.name) }

  private static let spoolSuffix = ".spool.lz4"
  private static let codesSuffix = ".codes.lz4"
}
