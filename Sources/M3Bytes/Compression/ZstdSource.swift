import CZstd

/// The content of a zstd file: any number of frames one after another, skippable ones left out.
///
/// A file that ends inside a frame is an error and never a short read.
public final class ZstdSource: ByteSource {
  private let source: FileSource
  private let context: OpaquePointer
  private var input: [UInt8]
  private var inputCount = 0
  private var inputPosition = 0
  private var consumed: UInt64 = 0
  private var insideFrame = false
  private var reachedEnd = false

  /// - Throws: ``FileError``.
  public init(path: String) throws(FileError) {
    source = try FileSource(path: path)
    guard let context = ZSTD_createDCtx() else { throw FileError(.open, path: path, errorNumber: 12) }
    self.context = context
    input = [UInt8](repeating: 0, count: 1 << 17)
    // Refuses frames that ask for more than 128 MiB of window: a decompression bomb's usual form.
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
  }

  deinit { ZSTD_freeDCtx(context) }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    // Without room zstd makes no progress.
    if buffer.isEmpty { return 0 }
    while !reachedEnd || inputPosition < inputCount || insideFrame {
      if inputPosition == inputCount && !reachedEnd {
        inputCount = try input.withUnsafeMutableBytes { try source.read(into: $0) }
        inputPosition = 0
        if inputCount == 0 { reachedEnd = true }
      }
      let produced = try decompress(into: buffer)
      if produced > 0 { return produced }
      if reachedEnd {
        guard !insideFrame else { throw error(.truncated(needed: 1, available: 0)) }
        return 0
      }
    }
    return 0
  }

  private func decompress(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard inputPosition < inputCount || insideFrame else { return 0 }
    let (status, position, produced) = input.withUnsafeBytes { bytes in
      var source = ZSTD_inBuffer(src: bytes.baseAddress, size: inputCount, pos: inputPosition)
      var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
      let status = ZSTD_decompressStream(context, &target, &source)
      return (status, source.pos, target.pos)
    }
    guard ZSTD_isError(status) == 0 else {
      throw error(.malformed("zstd: \(String(cString: ZSTD_getErrorName(status)))"))
    }
    consumed += UInt64(position - inputPosition)
    inputPosition = position
    insideFrame = status != 0
    return produced
  }

  private func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(problem, field: "zstd stream", at: consumed, file: source.path)
  }
}
