import M3Bytes

/// An entry of the key table: which record may have an id.
struct ShardKey: Comparable {
  /// XXH3-64 of the id's bytes.
  let hash: UInt64
  /// Position of the record in the shard.
  let position: UInt32

  init(hash: UInt64, position: UInt32) {
    self.hash = hash
    self.position = position
  }

  /// Reads a key whose place in an index has been validated already.
  init(validated bytes: UnsafeRawBufferPointer, at offset: Int) {
    hash = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    position = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self))
  }

  func append(to writer: inout ByteWriter) {
    writer.integer(hash)
    writer.integer(position)
  }

  static func < (left: ShardKey, right: ShardKey) -> Bool {
    (left.hash, left.position) < (right.hash, right.position)
  }
}
