import M3Bytes

/// Room for a frame and its record, and zstd's working memory: kept from record to record, so that reading one makes
/// none anew. It grows to the largest record that was read.
///
/// One thread at a time uses it.
public final class RecordBuffers {
  private var frame = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var raw = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  let decompressor = ZstdDecompressor()

  public init() {}

  deinit {
    frame.deallocate()
    raw.deallocate()
  }

  /// Room for the bytes of a frame, whatever is in it.
  func frame(count: Int) -> UnsafeMutableRawBufferPointer { Self.room(count, in: &frame) }

  /// Room for the bytes of a record, whatever is in it.
  func raw(count: Int) -> UnsafeMutableRawBufferPointer { Self.room(count, in: &raw) }

  private static func room(
    _ count: Int, in buffer: inout UnsafeMutableRawBufferPointer
  ) -> UnsafeMutableRawBufferPointer {
    if buffer.count < count {
      buffer.deallocate()
      // Records of a bank differ by a few percent: one growth is enough for most.
      buffer = .allocate(byteCount: count + count / 4, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
  }
}
