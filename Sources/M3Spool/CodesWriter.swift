public import M3Bytes
public import M3JSON
public import M3Memory

/// Writes coded memories between `m3-quantize` and `m3-shard`: a ``RecordSpoolWriter`` of magic `M3CODES\0` whose header
/// has the `producer` and the `codec` as manifests describe it.
///
/// A body is u16 length of the id, the id, then the payload.
public final class CodesWriter {
  static let magic = Array("M3CODES\0".utf8)
  private let file: RecordSpoolWriter

  /// - Throws: ``FormatError`` `mismatch` where the BOS memory is not the producer's; ``FileError``.
  public init(path: String, producer: Producer, bos: BOSMemory, codec: JSONObject) throws {
    try bos.requireFit(producer)
    file = try RecordSpoolWriter(
      path: path, magic: Self.magic, header: ["codec": .object(codec), "producer": .object(producer.json)], bos: bos)
  }

  /// - Throws: ``FormatError`` for an id of more than 4,096 bytes or a record of more than 512 MiB; ``FileError``.
  public func append(id: String, payload: [UInt8]) throws {
    var body = ByteWriter(capacity: 64 + id.utf8.count + payload.count)
    try body.spoolID(id)
    body.append(payload)
    try file.append(body, id: id)
  }

  /// - Returns: the SHA-256 and the size of the file.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try file.commit()
  }
}
