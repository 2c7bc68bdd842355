import M3Bytes

/// Writes which texts are in which buckets, in runs sorted by the order of the texts. Memory is 32 bytes an entry of a
/// run.
final class MemberSpool {
  private let writer: RunFileWriter<KeyedNumber>
  private let runLength: Int
  private var run: [KeyedNumber] = []

  /// - Throws: ``FileError`` `create`.
  init(path: String, runLength: Int) throws {
    writer = try RunFileWriter(path: path, kind: .members)
    self.runLength = runLength
  }

  func append(order: UInt64, bucket: UInt32) throws {
    run.append(KeyedNumber(key: order, number: bucket))
    if run.count == runLength { try writeRun() }
  }

  func commit(bucketCount: UInt32) throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try writeRun()
    return try writer.commit(attributes: [UInt64(bucketCount)])
  }

  private func writeRun() throws {
    RadixSort.sort(&run)
    for entry in run { try writer.append(entry) }
    try writer.endRun()
    run.removeAll(keepingCapacity: true)
  }
}
