import M3Bytes
public import M3Records

/// Reads coded memories and the references that they were made from side by side.
public final class CodedPairs {
  public struct Pair: Sendable {
    public let reference: Reference
    public let payload: [UInt8]
  }

  public let codes: CodesReader
  private let references: MatchedReferences
  public var skippedCount: Int { references.skippedCount }

  /// - Throws: as ``CodesReader`` and `ReferenceReader`.
  public init(codes path: String, references: String) throws {
    codes = try CodesReader(path: path)
    self.references = try MatchedReferences(references: references, memories: path)
  }

  /// The next payload with its reference; nil behind the last one.
  /// - Throws: ``FormatError`` where there is no such reference, or one of another length.
  public func next() throws -> Pair? {
    guard let (id, payload) = try codes.next() else { return nil }
    let tokenCount: UInt16
    do throws(FormatError) {
      // Every codec's payload begins with the tokens of its reference.
      tokenCount = try ByteReader.read(payload) { reader throws(FormatError) in
        try reader.integer(UInt16.self, "token count")
      }
    } catch {
      throw error.inFile(codes.path).inRecord(id)
    }
    return Pair(reference: try references.reference(of: id, tokenCount: Int(tokenCount)), payload: payload)
  }

  /// Reads to the end and compares the number of references without a memory.
  /// - Throws: ``FormatError``.
  public func finish(skipping expected: Int) throws {
    if let (id, _) = try codes.next() {
      throw FormatError(
        .malformed("more memories than the survey counts"), field: "records", file: codes.path, record: id)
    }
    try references.finish(skipping: expected)
  }
}
