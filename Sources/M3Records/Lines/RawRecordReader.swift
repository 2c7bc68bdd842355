public import M3Bytes
import M3Streams

/// Reads records of a file again, by their places: so that a record which was parsed and then refused can be kept byte
/// for byte, while nothing is kept of those that are not.
///
/// A plain file is read at the record's place. Through a compressed one a second stream runs behind the first, as far
/// as the last record that is asked for: asking in the order of the places costs one pass at most.
public final class RawRecordReader {
  /// Of a longer record only the beginning is read: 64 KiB.
  public let maximumRecordBytes: Int
  private let path: String
  private let stamp: FileStamp
  private var stream: (source: any ByteSource, position: UInt64)?

  /// Looks at the file and opens nothing yet: to be made before the file is read the first time.
  /// - Throws: ``FileError`` `status`.
  public init(path: String, maximumRecordBytes: Int) throws(FileError) {
    self.path = path
    self.maximumRecordBytes = maximumRecordBytes
    stamp = try FileStamp(path: path)
  }

  /// Size on disk.
  var byteCount: UInt64 { stamp.byteCount }

  /// The bytes of a record, or the first 64 KiB of one that is too long.
  /// - Throws: ``FileError``; ``FormatError`` `mismatch` where the file changed since the reader was made.
  public func bytes(at place: RecordPlace) throws -> [UInt8] {
    let isTooLong = place.byteCount > UInt64(maximumRecordBytes)
    let count = isTooLong ? min(LineReader.rawLimit, Int(clamping: place.byteCount)) : Int(place.byteCount)
    let bytes =
      if Compression(name: path) == .none {
        try read(count, from: InputStreams.open(path, range: place.byteOffset..<place.byteOffset + UInt64(count)))
      } else {
        try readForward(count, at: place.byteOffset)
      }
    try stamp.requireUnchanged(path)
    guard bytes.count == count else {
      throw FormatError(
        .truncated(needed: UInt64(count), available: UInt64(bytes.count)), field: "record", at: place.byteOffset,
        line: place.line, file: place.file)
    }
    return bytes
  }

  private func readForward(_ count: Int, at offset: UInt64) throws -> [UInt8] {
    var (source, position) = try stream ?? (InputStreams.open(path), 0)
    if offset < position { (source, position) = (try InputStreams.open(path), 0) }
    stream = nil
    while position < offset {
      let skipped = try read(Int(min(1 << 20, offset - position)), from: source)
      if skipped.isEmpty { return [] }
      position += UInt64(skipped.count)
    }
    let bytes = try read(count, from: source)
    stream = (source, position + UInt64(bytes.count))
    return bytes
  }

  /// - Returns: fewer bytes than asked only at the end.
  private func read(_ count: Int, from source: any ByteSource) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let room = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
        let got = try source.read(into: room)
        if got == 0 { break }
        initialized += got
      }
    }
  }
}
