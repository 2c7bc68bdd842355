import CZstd

/// Streams bytes through zstd into an ``AtomicFile``: one frame with zstd's checksum.
///
/// zstd's single-threaded output depends on the input, the level and the library's version only,
/// so the same records give the same file.
public final class ZstdWriter {
  private let file: AtomicFile
  private let context: OpaquePointer
  private var output: [UInt8]

  /// - Throws: ``FileError`` `create`.
  public init(path: String, level: Int32 = 3) throws(FileError) {
    file = try AtomicFile(path: path)
    guard let context = ZSTD_createCCtx() else { throw FileError(.create, path: path, errorNumber: 12) }
    self.context = context
    output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  public func write(_ bytes: [UInt8]) throws {
    try compress(bytes, ZSTD_e_continue)
  }

  /// Ends the frame and commits the file.
  /// - Returns: the SHA-256 and the size of the compressed file.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try compress([], ZSTD_e_end)
    let digest = try file.commit()
    return (digest, file.byteCount)
  }

  private func compress(_ bytes: [UInt8], _ directive: ZSTD_EndDirective) throws {
    try bytes.withUnsafeBytes { source in
      var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      while true {
        let (remaining, produced) = output.withUnsafeMutableBytes { target in
          var out = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
          let remaining = ZSTD_compressStream2(context, &out, &input, directive)
          return (remaining, out.pos)
        }
        precondition(ZSTD_isError(remaining) == 0, "zstd cannot compress")
        try output.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
        if directive == ZSTD_e_end ? remaining == 0 : input.pos == input.size { return }
      }
    }
  }
}
