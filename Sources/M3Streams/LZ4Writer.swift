import CLZ4
public import M3Bytes

/// Streams bytes through LZ4 into an ``AtomicFile``: one frame of independent 4 MiB blocks, with a
/// checksum of each block and one of the content.
///
/// The output depends on the content and the library's version only, and not on the pieces in which
/// it comes: linked blocks would find other matches in other pieces.
public final class LZ4Writer {
  private let file: AtomicFile
  private let context: OpaquePointer
  private var preferences = LZ4F_preferences_t()
  private var output: [UInt8]
  // Compressing in pieces bounds the output's room.
  private static let pieceSize = 1 << 20

  /// - Throws: ``FileError`` `create`.
  public init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
    var context: OpaquePointer?
    let status = LZ4F_createCompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let context else { throw FileError(.create, path: path, errorNumber: 12) }
    self.context = context
    preferences.frameInfo.blockSizeID = LZ4F_max4MB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
    output = [UInt8](
      repeating: 0, count: max(LZ4F_compressBound(LZ4Writer.pieceSize, &preferences), Int(LZ4F_HEADER_SIZE_MAX)))
    let header = output.withUnsafeMutableBytes { target in
      LZ4F_compressBegin(context, target.baseAddress, target.count, &preferences)
    }
    try emit(header)
  }

  deinit { LZ4F_freeCompressionContext(context) }

  /// - Throws: ``FileError`` `write`.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    for start in stride(from: 0, to: bytes.count, by: LZ4Writer.pieceSize) {
      let count = min(LZ4Writer.pieceSize, bytes.count - start)
      let written = bytes.withUnsafeBytes { source in
        output.withUnsafeMutableBytes { target in
          LZ4F_compressUpdate(context, target.baseAddress, target.count, source.baseAddress! + start, count, nil)
        }
      }
      try emit(written)
    }
  }

  /// Ends the frame and commits the file.
  /// - Returns: the SHA-256 and the size of the compressed file.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    let written = output.withUnsafeMutableBytes { target in
      LZ4F_compressEnd(context, target.baseAddress, target.count, nil)
    }
    try emit(written)
    let digest = try file.commit()
    return (digest, file.byteCount)
  }

  private func emit(_ written: Int) throws(FileError) {
    // The room is what compressBound asks for, so only a lack of memory can fail here.
    precondition(LZ4F_isError(written) == 0, "lz4 cannot compress")
    var failure: FileError?
    output.withUnsafeBytes { bytes in
      do throws(FileError) { try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<written])) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
