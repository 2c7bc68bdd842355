import M3Bytes
public import M3Records
public import M3Stage
import Synchronization

/// Records that one thread takes at a time, each with what reads its bytes again.
public struct RecordBatch<Record: PlacedRecord> {
  public fileprivate(set) var entries: [(result: RecordResult<Record>, rawRecords: RawRecordReader)] = []
  /// Bytes of the records that are in memory.
  public fileprivate(set) var byteCount = 0
}

/// Reads the records of a task's inputs, one input after another, in batches.
///
/// Batches that are under way hold no more than ``memoryLimit`` and one batch more, of one long record at most: whatever
/// the records' lengths, and however many threads there are.
public final class RecordBatches<Record: PlacedRecord> {
  /// What is not yet opened.
  private var sources: ArraySlice<() throws -> any RecordSource<Record>>
  private var reader: (any RecordSource<Record>)?
  /// Bytes of the batches that were given out and not yet taken back.
  private let bytesUnderWay = Atomic(0)

  private static var batchCount: Int { 32 }
  private static var batchBytes: Int { 1 << 18 }
  package static var memoryLimit: Int { 32 << 20 }

  /// - Parameter sources: each opens one input.
  public init(_ sources: [() throws -> any RecordSource<Record>]) {
    self.sources = sources[...]
  }

  /// - Returns: nil behind the last record; no record while too many bytes are under way. A pipeline that is given
  ///   empty batches waits with the next ones until those before are done.
  /// - Throws: what the sources throw.
  public func next() throws -> RecordBatch<Record>? {
    var batch = RecordBatch<Record>()
    guard bytesUnderWay.load(ordering: .relaxed) < Self.memoryLimit else { return batch }
    while batch.entries.count < Self.batchCount, batch.byteCount < Self.batchBytes {
      guard let reader = try reader ?? sources.popFirst()?() else { break }
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
  public func finish(byteCount: Int) {
    bytesUnderWay.subtract(byteCount, ordering: .relaxed)
  }

  private static func byteCount(of result: RecordResult<Record>) -> Int {
    switch result {
    case .record(let record): Int(clamping: record.place.byteCount)
    case .bad(let raw, _, _): raw.count
    }
  }
}

extension RecordBatches<Document> {
  /// The documents of a task's inputs.
  public convenience init(_ inputs: [StageInput], fields: DocumentFields) {
    self.init(
      inputs.map { input in
        {
          try DocumentReader(
            file: InputFile(input), range: input.range, firstLine: input.firstLine, fields: fields)
        }
      })
  }
}

extension RecordBatches<TextRecord> {
  /// The documents or the references of a task's inputs.
  public convenience init(_ inputs: [StageInput], level: TextLevel, fields: DocumentFields) {
    self.init(
      inputs.map { input in
        {
          try TextRecordReader(
            file: InputFile(input), range: input.range, firstLine: input.firstLine, level: level, fields: fields)
        }
      })
  }

  /// The documents or the references of whole files.
  public convenience init(_ files: [InputFile], level: TextLevel, fields: DocumentFields) {
    self.init(files.map { file in { try TextRecordReader(file: file, level: level, fields: fields) } })
  }
}

extension InputFile {
  /// The file of a task's input, of which the input may be a range.
  fileprivate init(_ input: StageInput) throws {
    self.init(
      path: input.path, name: input.name, format: try InputFormat(name: input.name),
      byteCount: try input.range == nil ? input.byteCount : FilePaths.size(input.path))
  }
}
