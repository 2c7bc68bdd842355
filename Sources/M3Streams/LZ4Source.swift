import CLZ4
public import M3Bytes

/// The content of a file of LZ4 frames: any number one after another, skippable ones left out.
///
/// Checksums are checked where the frames have them. A file that ends inside a frame is an error, and
/// so are bytes behind the last one. The legacy format is refused.
public final class LZ4Source: ByteSource {
  private let source: FileSource
  private let context: OpaquePointer
  private var input = [UInt8](repeating: 0, count: 1 << 17)
  private var inputCount = 0
  private var inputPosition = 0
  private var consumed: UInt64 = 0
  private var insideFrame = false
  private var reachedEnd = false

  /// - Throws: ``FileError``.
  public init(path: String) throws(FileError) {
    source = try FileSource(path: path)
    var context: OpaquePointer?
    let status = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    guard LZ4F_isError(status) == 0, let context else { throw FileError(.open, path: path, errorNumber: 12) }
    self.context = context
  }

  deinit { LZ4F_freeDecompressionContext(context) }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      if inputPosition == inputCount && !reachedEnd {
        inputCount = try input.withUnsafeMutableBytes { try source.read(into: $0) }
        inputPosition = 0
        reachedEnd = inputCount == 0
      }
      guard inputPosition < inputCount || insideFrame else { return 0 }
      let position = inputPosition
      let produced = try decompress(into: buffer)
      if produced > 0 || buffer.isEmpty { return produced }
      if reachedEnd && insideFrame && inputPosition == position {
        throw error(.truncated(needed: 1, available: 0))
      }
    }
  }

  private func decompress(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var produced = buffer.count
    let status = input.withUnsafeBytes { bytes in
      var taken = inputCount - inputPosition
      let status = LZ4F_decompress(
        context, buffer.baseAddress, &produced, bytes.baseAddress! + inputPosition, &taken, nil)
      if LZ4F_isError(status) == 0 {
        inputPosition += taken
        consumed += UInt64(taken)
      }
      return status
    }
    guard LZ4F_isError(status) == 0 else {
      throw error(.malformed("lz4: \(String(cString: LZ4F_getErrorName(status)))"))
    }
    insideFrame = status != 0
    return produced
  }

  private func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(problem, field: "lz4 stream", at: consumed, file: source.path)
  }
}
