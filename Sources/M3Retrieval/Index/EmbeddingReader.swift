import M3Bytes

/// Reads an embedding file, a block at a time.
final class EmbeddingReader {
  private let file: ReadableFile
  let dimension: Int
  /// Vectors in the file.
  let count: Int
  private var position = 0
  private var offset = UInt64(EmbeddingFile.headerSize)

  /// - Throws: ``FormatError`` for a damaged header, or a file of another size than it says; ``FileError``.
  init(path: String) throws {
    file = try ReadableFile(path: path)
    let header = try file.read(exactly: EmbeddingFile.headerSize, at: 0, field: "header")
    do throws(FormatError) {
      (dimension, count) = try ByteReader.read(header) { reader throws(FormatError) in
        try reader.header(magic: EmbeddingFile.magic, version: EmbeddingFile.version)
        let dimension = Int(try reader.integer(UInt32.self, "dimension"))
        let count = try reader.integer(UInt64.self, "vectors")
        try reader.checksum("header sum")
        return (dimension, Int(clamping: count))
      }
      guard dimension > 0, dimension <= 1 << 16 else {
        throw FormatError(.outOfRange(found: "\(dimension)", allowed: "1 … 65536"), field: "dimension", at: 12)
      }
      guard EmbeddingFile.size(dimension: dimension, count: count) == file.size else {
        throw FormatError(
          .mismatch(expected: "the bytes of \(count) vectors", found: "\(file.size) bytes"), field: "file size")
      }
    } catch {
      throw error.inFile(path)
    }
  }

  /// The next vectors, (n, dimension), row-major; nil behind the last.
  /// - Throws: ``FormatError`` where their sum does not match; ``FileError``.
  func next() throws -> [Float]? {
    guard position < count else { return nil }
    let size = 4 * dimension * min(EmbeddingFile.blockCount, count - position)
    let bytes = try file.read(exactly: size + 8, at: offset, field: "block")
    do throws(FormatError) {
      let vectors = try ByteReader.read(bytes) { reader throws(FormatError) in try block(&reader, size: size) }
      position += vectors.count / dimension
      offset += UInt64(bytes.count)
      return vectors
    } catch {
      throw error.offset(by: offset).inFile(file.path)
    }
  }

  private func block(_ reader: inout ByteReader, size: Int) throws(FormatError) -> [Float] {
    var body = reader
    let found = XXH3.hash64(try body.slice(size, "block"), seed: UInt64(position / EmbeddingFile.blockCount))
    let stored = try body.integer(UInt64.self, "block sum")
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(stored), found: Hexadecimal.string(found)), field: "block sum")
    }
    return try reader.floats(size / 4, "vectors")
  }
}
