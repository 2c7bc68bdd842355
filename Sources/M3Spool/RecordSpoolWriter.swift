package import M3Bytes
package import M3JSON
package import M3Memory
import M3Streams

/// Writes records between two stages: framed LZ4, whatever the records are.
///
/// Inside the LZ4 frame, little-endian: a magic of 8 bytes, u32 version, u32 length of a canonical JSON object, u32 length of
/// the BOS memory, that JSON, that memory as `BOSMemory/bytes`; then records of u32 length, XXH3-64 of the body, body; then a
/// length of 0xFFFFFFFF and u64 number of records, so that a file cut between records is not taken for whole.
package final class RecordSpoolWriter {
  private let file: LZ4Writer
  private var recordCount: UInt64 = 0

  /// - Throws: ``FileError``.
  package init(path: String, magic: [UInt8], header: JSONObject, bos: BOSMemory) throws {
    file = try LZ4Writer(path: path)
    let json = JSONValue.object(header).serialized(.canonical)
    let bosBytes = bos.bytes
    var writer = ByteWriter()
    writer.append(magic)
    writer.integer(SpoolFormat.version)
    writer.integer(UInt32(json.count))
    writer.integer(UInt32(bosBytes.count))
    writer.append(json)
    writer.append(bosBytes)
    try file.write(writer.bytes)
  }

  /// - Throws: ``FormatError`` for a record of more than 512 MiB; ``FileError``.
  package func append(_ body: ByteWriter, id: String) throws {
    guard body.count <= SpoolFormat.maximumRecordLength else {
      throw FormatError(
        .outOfRange(found: "\(body.count) bytes", allowed: "\(SpoolFormat.maximumRecordLength)"), field: "record",
        record: id)
    }
    var head = ByteWriter(capacity: 12)
    head.integer(UInt32(body.count))
    head.integer(XXH3.hash64(body.bytes))
    try file.write(head.bytes)
    try file.write(body.bytes)
    recordCount += 1
  }

  /// - Returns: the SHA-256 and the size of the file.
  package func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    var tail = ByteWriter(capacity: 12)
    tail.integer(SpoolFormat.endMark)
    tail.integer(recordCount)
    try file.write(tail.bytes)
    return try file.commit()
  }
}

/// Constants of a spool's layout.
enum SpoolFormat {
  static let version: UInt32 = 1
  static let endMark = UInt32.max
  static let maximumIDLength = 4096
  static let maximumHeaderLength = 1 << 20
  /// A dense memory of 80 layers, 8 heads, 512 tokens and 128 elements is 168 MB.
  static let maximumRecordLength = 1 << 29
}

extension ByteWriter {
  /// Appends an id as every record begins with one: u16 length, bytes.
  /// - Throws: ``FormatError`` for an id of more than 4,096 bytes.
  mutating func spoolID(_ id: String) throws(FormatError) {
    guard id.utf8.count <= SpoolFormat.maximumIDLength else {
      throw FormatError(
        .outOfRange(found: "\(id.utf8.count) bytes", allowed: "\(SpoolFormat.maximumIDLength)"), field: "id")
    }
    integer(UInt16(id.utf8.count))
    append(id.utf8)
  }
}
