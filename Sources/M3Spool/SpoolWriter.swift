public import M3Bytes
import M3JSON
public import M3Memory
import M3Streams

/// Writes raw memories between `m3-encode` and what compresses them: framed LZ4, bfloat16, one record a memory.
///
/// Inside the LZ4 frame, little-endian: magic `M3SPOOL\0`, u32 version, u32 length of the producer's canonical JSON, u32
/// length of the BOS memory, that JSON, that memory as ``BOSMemory/bytes``; then records of u32 length, XXH3-64 of the body, body; then a length of 0xFFFFFFFF and u64 number of records,
/// so that a file cut between records is not taken for whole.
///
/// A body is u16 length of the id, the id, u16 token count, u16 counts (entries), u16 positions (rows), bf16 keys
/// (rows, D), bf16 values (rows, D).
public final class SpoolWriter {
  private let file: LZ4Writer
  private let shape: MemoryShape
  private var recordCount: UInt64 = 0

  /// - Throws: ``FormatError`` `mismatch` where the BOS memory is not the producer's; ``FileError``.
  public init(path: String, producer: Producer, bos: BOSMemory) throws {
    try bos.requireFit(producer)
    shape = producer.shape
    file = try LZ4Writer(path: path)
    let json = JSONValue.object(producer.json).serialized(.canonical)
    let bosBytes = bos.bytes
    var header = ByteWriter()
    header.append(SpoolFormat.magic)
    header.integer(SpoolFormat.version)
    header.integer(UInt32(json.count))
    header.integer(UInt32(bosBytes.count))
    header.append(json)
    header.append(bosBytes)
    try file.write(header.bytes)
  }

  /// - Precondition: the memory has the producer's shape.
  /// - Throws: ``FormatError`` for an id of more than 4,096 bytes or a record of more than 512 MiB; ``FileError``.
  public func append(id: String, _ memory: SparseMemory) throws {
    precondition(memory.shape == shape, "a memory of the spool's producer")
    guard id.utf8.count <= SpoolFormat.maximumIDLength else {
      throw FormatError(
        .outOfRange(found: "\(id.utf8.count) bytes", allowed: "\(SpoolFormat.maximumIDLength)"), field: "id")
    }
    var body = ByteWriter(
      capacity: 64 + 2 * memory.counts.count + memory.rowCount * (2 + 4 * memory.shape.headDimension))
    body.integer(UInt16(id.utf8.count))
    body.append(id.utf8)
    body.integer(UInt16(memory.tokenCount))
    for count in memory.counts { body.integer(UInt16(count)) }
    for position in memory.positions { body.integer(position) }
    for key in memory.keys { body.integer(BFloat16.bits(key)) }
    for value in memory.values { body.integer(BFloat16.bits(value)) }
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
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    var tail = ByteWriter(capacity: 12)
    tail.integer(SpoolFormat.endMark)
    tail.integer(recordCount)
    try file.write(tail.bytes)
    return try file.commit()
  }
}

/// Constants of the spool's layout.
enum SpoolFormat {
  static let magic = Array("M3SPOOL\0".utf8)
  static let version: UInt32 = 1
  static let endMark = UInt32.max
  static let maximumIDLength = 4096
  static let maximumProducerLength = 1 << 20
  /// A dense memory of 80 layers, 8 heads, 512 tokens and 128 elements is 168 MB.
  static let maximumRecordLength = 1 << 29
}
