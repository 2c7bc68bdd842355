import M3Bytes

/// Writes an embedding file.
final class EmbeddingWriter {
  private let file: AtomicFile
  private let dimension: Int
  private let count: Int
  private var written = 0
  private var block = ByteWriter()
  private var blockNumber: UInt64 = 0

  /// - Parameter count: of the vectors to come.
  init(path: String, dimension: Int, count: Int) throws {
    file = try AtomicFile(path: path)
    self.dimension = dimension
    self.count = count
    var header = ByteWriter(capacity: EmbeddingFile.headerSize)
    header.append(EmbeddingFile.magic)
    header.integer(EmbeddingFile.version)
    header.integer(UInt32(dimension))
    header.integer(UInt64(count))
    header.integer(XXH3.hash64(header.bytes))
    try file.write(header.bytes)
  }

  /// - Parameter vectors: (count, dimension), row-major, finite.
  func append(_ vectors: [Float]) throws {
    precondition(vectors.count % dimension == 0, "not whole vectors")
    for element in vectors {
      block.integer(element.bitPattern)
      if block.count == 4 * dimension * EmbeddingFile.blockCount { try endBlock() }
    }
    written += vectors.count / dimension
  }

  /// Makes the file visible.
  /// - Precondition: as many vectors came as were announced.
  func commit() throws -> (size: UInt64, sha256: SHA256Digest) {
    precondition(written == count, "not the vectors that were announced")
    if block.count > 0 { try endBlock() }
    let digest = try file.commit()
    return (file.byteCount, digest)
  }

  private func endBlock() throws {
    let sum = XXH3.hash64(block.bytes, seed: blockNumber)
    block.integer(sum)
    try file.write(block.bytes)
    block = ByteWriter(capacity: block.count)
    blockNumber += 1
  }
}
