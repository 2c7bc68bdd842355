/// Bytes that come in order, a piece at a time: a file, or a file behind a decompressor.
public protocol ByteSource: AnyObject {
  /// Fills up to `buffer.count` bytes; 0 only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A file's bytes in order.
public final class FileSource: ByteSource {
  private let file: ReadableFile
  private var offset: UInt64 = 0

  /// - Throws: ``FileError``.
  public init(path: String) throws(FileError) {
    file = try ReadableFile(path: path)
  }

  public var path: String { file.path }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let got = try file.read(into: buffer, at: offset)
    offset += UInt64(got)
    return got
  }
}
