import M3Bytes
package import M3Records
package import M3Stage
import Synchronization

/// Documents that one thread takes at a time, each with what reads its bytes again.
package struct DocumentBatch {
  package fileprivate(set) var entries: [(result: RecordResult<Document>, rawRecords: RawRecordReader)] = []
  /// Bytes of the records that are in memory.
  package fileprivate(set) var byteCount = 0
}

/// Reads the documents of a task's inputs, one input after another, in batches.
///
/// Batches that are under way hold no more than ``memoryLimit`` and one batch more, of one long record at most: whatever
/// the documents' lengths, and however many threads there are.
package final class DocumentBatches {
  private let fields: DocumentFields
  private var inputs: ArraySlice<StageInput>
  private var reader: DocumentReader?
  /// Bytes of the batches that were given out and not yet taken back.
  private let bytesUnderWay = Atomic(0)

  private static let batchCount = 32
  private static let batchBytes = 1 << 18
  package static let memoryLimit = 32 << 20

  package init(_ inputs: [StageInput], fields: DocumentFields) {
    self.inputs = inputs[...]
    self.fields = fields
  }

  /// - Returns: nil behind the last document; no document while too many bytes are under way. A pipeline that is given
  ///   empty batches waits with the next ones until those before are done.
  /// - Throws: what ``DocumentReader`` throws.
  package func next() throws -> DocumentBatch? {
    var batch = DocumentBatch()
    guard bytesUnderWay.load(ordering: .relaxed) < Self.memoryLimit else { return batch }
    while batch.entries.count < Self.batchCount, batch.byteCount < Self.batchBytes {
      guard let reader = try reader ?? open() else { break }
      self.reader = reader
      guard let result = try reader.next() else {
        self.reader = nil
        continue
      }
      batch.byteCount += Self.byteCount(of: result)
      batch.entries.append((result, reader.rawRecords))
    }
    bytesUnderWay.add(batch.byteCount, ordering: .relaxed)
    return batch.entries.isEmpty ? nil : batch
  }

  /// Takes a batch back that is done with; on any thread.
  package func finish(byteCount: Int) {
    bytesUnderWay.subtract(byteCount, ordering: .relaxed)
  }

  private func open() throws -> DocumentReader? {
    guard let input = inputs.popFirst() else { return nil }
    let byteCount = try input.range == nil ? input.byteCount : FilePaths.size(input.path)
    let file = InputFile(
      path: input.path, name: input.name, format: try InputFormat(name: input.name), byteCount: byteCount)
    return try DocumentReader(file: file, range: input.range, firstLine: input.firstLine, fields: fields)
  }

  private static func byteCount(of result: RecordResult<Document>) -> Int {
    switch result {
    case .record(let document): Int(clamping: document.place.byteCount)
    case .bad(let raw, _, _): raw.count
    }
  }
}
