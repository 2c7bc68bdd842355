import M3Bytes
public import M3Memory
public import M3Records

/// Reads memories and the references that they were made from side by side.
public final class MemoryPairs {
  public struct Pair: Sendable {
    public let reference: Reference
    public let memory: SparseMemory
  }

  public let spool: SpoolReader
  private let references: MatchedReferences
  public var skippedCount: Int { references.skippedCount }

  /// - Throws: as ``SpoolReader`` and `ReferenceReader`.
  public init(spool path: String, references: String) throws {
    spool = try SpoolReader(path: path)
    self.references = try MatchedReferences(references: references, memories: path)
  }

  /// The next memory with its reference; nil behind the last memory.
  /// - Throws: ``FormatError`` where there is no such reference, or one of another length.
  public func next() throws -> Pair? {
    guard let (id, memory) = try spool.next() else { return nil }
    return Pair(reference: try references.reference(of: id, tokenCount: memory.tokenCount), memory: memory)
  }

  /// Passes over the next memory; its reference is found when a later one is asked for.
  /// - Returns: whether there was one.
  public func skip() throws -> Bool { try spool.skip() != nil }

  /// Reads to the end and compares the number of references without a memory.
  /// - Throws: ``FormatError``.
  public func finish(skipping expected: Int) throws {
    if let id = try spool.skip() {
      throw FormatError(
        .malformed("more memories than the survey counts"), field: "records", file: spool.path, record: id)
    }
    try references.finish(skipping: expected)
  }
}
