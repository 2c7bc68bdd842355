import CZstd

/// One zstd frame in memory, of known size on both sides.
public enum ZstdFrame {
  /// Magic of skippable frames with the low nibble 0, as RFC 8878 numbers them.
  public static let skippableMagic: UInt32 = 0x184D_2A50
  /// Magic of the frames of RFC 8878, as its bytes stand in a file. libzstd may be built to read older formats too, which
  /// other decoders do not know.
  private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  /// Compresses into one frame that carries its content size and no checksum of zstd's own: a
  /// caller keeps a checksum over the compressed bytes, which covers more.
  public static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8] {
    let capacity = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      let written = bytes.withUnsafeBytes {
        ZSTD_compress(buffer.baseAddress, capacity, $0.baseAddress, $0.count, level)
      }
      // compressBound makes room for every input, so only a lack of memory can fail here.
      precondition(ZSTD_isError(written) == 0, "zstd cannot compress")
      initialized = written
    }
  }

  /// Decompresses exactly one frame into exactly `count` bytes.
  /// - Throws: ``FormatError`` where the frame is damaged, is not one frame, needs a dictionary
  ///   or holds another number of bytes. Nothing beyond `count` is allocated.
  public static func decompress(_ frame: UnsafeRawBufferPointer, count: Int, field: String) throws(FormatError)
    -> [UInt8]
  {
    try requireSingle(frame, count: count, field: field)
    var problem: FormatError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FormatError) {
        try ZstdDecompressor().decompress(
          frame, into: UnsafeMutableRawBufferPointer(buffer), count: count, field: field)
        initialized = count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return bytes
  }

  /// Refuses, before anything is allocated, what does not look like exactly one frame of `count` bytes.
  /// - Throws: ``FormatError`` `mismatch`, `malformed`, `unsupported` for one that needs a dictionary.
  public static func requireSingle(
    _ frame: UnsafeRawBufferPointer, count: Int, field: String
  ) throws(FormatError) {
    guard frame.starts(with: magic) else {
      throw FormatError(
        .mismatch(expected: "a zstd frame of \(count) bytes", found: "no zstd frame"), field: field)
    }
    let size = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    guard size == UInt64(count) else {
      throw FormatError(
        .mismatch(expected: "a zstd frame of \(count) bytes", found: describe(contentSize: size)), field: field)
    }
    guard ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count) == frame.count else {
      throw FormatError(.malformed("not exactly one zstd frame"), field: field)
    }
    guard ZSTD_getDictID_fromFrame(frame.baseAddress, frame.count) == 0 else {
      throw FormatError(.unsupported(found: "zstd dictionary"), field: field)
    }
  }

  // ZSTD_CONTENTSIZE_UNKNOWN is -1, ZSTD_CONTENTSIZE_ERROR is -2.
  private static func describe(contentSize: UInt64) -> String {
    switch contentSize {
    case UInt64.max: "a frame of unknown size"
    case UInt64.max - 1: "no zstd frame"
    default: "one of \(contentSize) bytes"
    }
  }
}
