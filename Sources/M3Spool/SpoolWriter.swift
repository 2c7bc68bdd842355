public import M3Bytes
import M3JSON
public import M3Memory

/// Writes raw memories between `m3-encode` and what compresses them: a ``RecordSpoolWriter`` of magic `M3SPOOL\0` whose
/// header is the producer.
///
/// A body is u16 length of the id, the id, u16 token count, u16 counts (entries), u16 positions (rows), bf16 keys
/// (rows, D), bf16 values (rows, D).
public final class SpoolWriter {
  static let magic = Array("M3SPOOL\0".utf8)
  private let file: RecordSpoolWriter
  private let shape: MemoryShape

  /// - Throws: ``FormatError`` `mismatch` where the BOS memory is not the producer's; ``FileError``.
  public init(path: String, producer: Producer, bos: BOSMemory) throws {
    try bos.requireFit(producer)
    shape = producer.shape
    file = try RecordSpoolWriter(path: path, magic: Self.magic, header: producer.json, bos: bos)
  }

  /// - Precondition: the memory has the producer's shape.
  /// - Throws: ``FormatError`` for an id of more than 4,096 bytes or a record of more than 512 MiB; ``FileError``.
  public func append(id: String, _ memory: SparseMemory) throws {
    precondition(memory.shape == shape, "a memory of the spool's producer")
    var body = ByteWriter(
      capacity: 64 + 2 * memory.counts.count + memory.rowCount * (2 + 4 * memory.shape.headDimension))
    try body.spoolID(id)
    body.integer(UInt16(memory.tokenCount))
    body.integers(memory.counts.map { UInt16($0) })
    body.integers(memory.positions)
    body.integers(memory.keys.map(BFloat16.bits))
    body.integers(memory.values.map(BFloat16.bits))
    try file.append(body, id: id)
  }

  /// - Returns: the SHA-256 and the size of the file.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try file.commit()
  }
}
