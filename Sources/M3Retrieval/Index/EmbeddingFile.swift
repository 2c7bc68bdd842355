/// File `vectors-*.m3e`, version 1, little-endian: the embeddings of a shard's texts in the order of its records.
///
///     offset  size      field
///     0       8         magic `M3EMBED\0`
///     8       4         version
///     12      4         dimension D
///     16      8         vectors N
///     24      8         XXH3-64 of the bytes before
///     32                blocks: up to 1,024 vectors, each (D) as float32 and finite, then XXH3-64 of the block's vectors,
///                       its number the seed
///
/// All blocks but the last are full; nothing follows. So a file is written and read in pieces, and no vector is used whose
/// sum was not compared.
enum EmbeddingFile {
  static let magic = Array("M3EMBED\0".utf8)
  static let version: UInt32 = 1
  static let headerSize = 32
  static let blockCount = 1024

  static func name(task: String) -> String { "vectors-\(task).m3e" }

  /// Bytes of a file; nil where that is more than any file has.
  static func size(dimension: Int, count: Int) -> UInt64? {
    let (bytes, overflow) = UInt64(count).multipliedReportingOverflow(by: UInt64(4 * dimension))
    let sums = UInt64(8 * (count / blockCount + (count % blockCount == 0 ? 0 : 1)) + headerSize)
    let (size, isTooLarge) = bytes.addingReportingOverflow(sums)
    return overflow || isTooLarge ? nil : size
  }
}
