public import M3Bytes

/// A GGUF file: its metadata and tensor table in memory, its weights on disk.
///
/// The file stays open and weights are read with `pread` when they are asked for, from any thread.
/// Versions 2 and 3, little-endian. <doc:GGUF> says what is read and what is refused.
public final class GGUFFile: Sendable {
  public let path: String
  public let version: UInt32
  public let metadata: [String: GGUFValue]
  public let tensors: [String: GGUFTensor]
  /// The names of ``tensors`` in the order of the file's table.
  public let tensorNames: [String]

  let file: ReadableFile
  let valueOffsets: [String: UInt64]

  /// Reads and checks all that comes before the tensor data.
  ///
  /// No more is allocated than a small multiple of those bytes, whatever the counts in them say.
  /// - Throws: ``FormatError`` with the field and its byte offset; ``FileError``.
  public convenience init(path: String) throws {
    try self.init(ReadableFile(path: path))
  }

  /// The same for a file that is open already.
  package init(_ file: ReadableFile) throws {
    let header: GGUFHeader
    do {
      header = try GGUFHeader(file)
    } catch let error as FormatError {
      throw error.inFile(file.path)
    }
    path = file.path
    self.file = file
    version = header.version
    metadata = header.metadata
    valueOffsets = header.valueOffsets
    tensors = header.tensors
    tensorNames = header.tensorNames
  }

  /// SHA-256 of the whole file as it was opened: the identity of the weights in a bank's producer.
  /// - Throws: ``FormatError`` `mismatch` where the file's size is no longer what it was;
  ///   ``FileError``.
  public func contentDigest() throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: UInt64 = 0
    while true {
      let count = try buffer.withUnsafeMutableBytes { bytes in
        let count = try file.read(into: bytes, at: offset)
        hasher.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        return count
      }
      if count == 0 { break }
      offset += UInt64(count)
    }
    guard offset == file.size else {
      throw FormatError(
        .mismatch(expected: "\(file.size) bytes, as when it was opened", found: "\(offset)"),
        field: "file size", file: path)
    }
    return hasher.finish()
  }
}
