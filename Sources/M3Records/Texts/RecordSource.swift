/// A record that knows where it stands.
public protocol PlacedRecord: Sendable {
  var place: RecordPlace { get }
}

extension Document: PlacedRecord {}

/// What reads the records of one file, or of a range of it, one after another.
public protocol RecordSource<Record>: AnyObject {
  associatedtype Record: PlacedRecord

  /// Reads records of the file again, by their places.
  var rawRecords: RawRecordReader { get }

  /// - Returns: nil behind the last record.
  /// - Throws: where the stream itself is damaged.
  func next() throws -> RecordResult<Record>?
}

extension DocumentReader: RecordSource {}
