import M3Bytes
import M3Memory
import M3Records
import M3Spool

/// Reads memories and the references that they were made from side by side.
///
/// References for which there is no memory are passed over: the encoder put them aside. How many there may be is known.
final class MemoryPairs {
  struct Pair: Sendable {
    let reference: Reference
    let memory: SparseMemory
  }

  private let spool: SpoolReader
  private let references: ReferenceReader
  private(set) var skippedCount = 0

  init(spool: SpoolReader, references: ReferenceReader) {
    self.spool = spool
    self.references = references
  }

  /// The next memory with its reference; nil behind the last memory.
  /// - Throws: ``FormatError`` where there is no such reference, or one of another length.
  func next() throws -> Pair? {
    guard let (id, memory) = try spool.next() else { return nil }
    while let result = try references.next() {
      guard case .record(let reference) = result, reference.id.utf8.elementsEqual(id.utf8) else {
        skippedCount += 1
        continue
      }
      guard reference.tokenCount == memory.tokenCount else {
        throw FormatError(
          .mismatch(expected: "\(memory.tokenCount) tokens", found: "\(reference.tokenCount)"), field: "token_count",
          file: spool.path, record: id)
      }
      return Pair(reference: reference, memory: memory)
    }
    throw FormatError(.missing("the reference of memory \(id)"), field: "references", file: spool.path, record: id)
  }

  /// Reads to the end and compares the number of references without a memory.
  /// - Throws: ``FormatError``.
  func finish(skipping expected: Int) throws {
    if let (id, _) = try spool.next() {
      throw FormatError(
        .malformed("more memories than the survey counts"), field: "records", file: spool.path, record: id)
    }
    while try references.next() != nil { skippedCount += 1 }
    guard skippedCount == expected else {
      throw FormatError(
        .mismatch(expected: "\(expected) references without a memory", found: "\(skippedCount)"), field: "records",
        file: spool.path)
    }
  }
}
