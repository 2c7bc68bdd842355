import CZstd

/// zstd's working memory, kept from one frame to the next: making it anew costs more than a small frame's decompression.
///
/// One thread at a time uses it.
public final class ZstdDecompressor {
  private let context: OpaquePointer

  public init() {
    guard let context = ZSTD_createDCtx() else { fatalError("out of memory: zstd") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Decompresses one frame, which ``ZstdFrame/requireSingle(_:count:field:)`` has passed, into `count` bytes.
  /// - Precondition: `target` has room for `count` bytes.
  /// - Throws: ``FormatError`` where the frame is damaged or holds another number of bytes.
  public func decompress(
    _ frame: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, count: Int, field: String
  ) throws(FormatError) {
    precondition(count <= target.count, "no room for what is decompressed")
    let written = ZSTD_decompressDCtx(context, target.baseAddress, count, frame.baseAddress, frame.count)
    if ZSTD_isError(written) != 0 {
      throw FormatError(.malformed("zstd: \(String(cString: ZSTD_getErrorName(written)))"), field: field)
    }
    guard written == count else {
      throw FormatError(.mismatch(expected: "\(count) bytes", found: "\(written)"), field: field)
    }
  }
}
