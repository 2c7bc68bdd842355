import M3Bytes
public import M3Records

/// Finds the reference of each memory, in the order that both have.
///
/// References for which there is no memory are passed over: the encoder put them aside. How many there may be is known.
public final class MatchedReferences {
  private let references: ReferenceReader
  /// The file of memories, for errors.
  private let file: String
  public private(set) var skippedCount = 0

  /// - Throws: as `ReferenceReader`.
  public init(references path: String, memories file: String) throws {
    references = try ReferenceReader(path: path)
    self.file = file
  }

  /// The reference of a memory.
  /// - Throws: ``FormatError`` where there is no such reference, or one of another length.
  public func reference(of id: String, tokenCount: Int) throws -> Reference {
    while let result = try references.next() {
      guard case .record(let reference) = result, reference.id.utf8.elementsEqual(id.utf8) else {
        skippedCount += 1
        continue
      }
      guard reference.tokenCount == tokenCount else {
        throw FormatError(
          .mismatch(expected: "\(tokenCount) tokens", found: "\(reference.tokenCount)"), field: "token_count",
          file: file, record: id)
      }
      return reference
    }
    throw FormatError(.missing("the reference of memory \(id)"), field: "references", file: file, record: id)
  }

  /// Reads to the end and compares the number of references without a memory.
  /// - Throws: ``FormatError``.
  public func finish(skipping expected: Int) throws {
    while try references.next() != nil { skippedCount += 1 }
    guard skippedCount == expected else {
      throw FormatError(
        .mismatch(expected: "\(expected) references without a memory", found: "\(skippedCount)"), field: "records",
        file: file)
    }
  }
}
