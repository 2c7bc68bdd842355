public import M3Bytes

/// Opens input files, compressed or not.
public enum InputStreams {
  /// Opens a file by its name and its first bytes, which must agree.
  ///
  /// A name that ends in `.gz`, `.zst` or `.lz4` promises that format; any other name promises that
  /// the bytes are not compressed. Several members or frames one after another are one stream.
  /// - Throws: ``FileError``; ``FormatError`` `wrongMagic` where name and bytes disagree, `truncated`
  ///   for an empty compressed file. Reading throws ``FormatError`` where the stream is damaged, ends
  ///   too early, has other bytes behind it, or where the file changed since it was opened.
  public static func open(_ path: String) throws -> any ByteSource {
    let stamp = try FileStamp(path: path)
    let compression = Compression(name: path)
    try check(path, compression)
    let source: any ByteSource =
      switch compression {
      case .none: try FileSource(path: path)
      case .gzip: try GzipSource(path: path)
      case .zstd: try ZstdSource(path: path)
      case .lz4: try LZ4Source(path: path)
      }
    return StampedSource(source, path: path, stamp: stamp)
  }

  /// Opens a range of bytes of a file that is not compressed; nil stands for the whole of any file.
  ///
  /// - Throws: what ``open(_:)`` does; ``FormatError`` `unsupported` for a range of a compressed file, which can only be
  ///   read from its start. Reading throws `truncated` where the file ends inside the range.
  public static func open(_ path: String, range: Range<UInt64>?) throws -> any ByteSource {
    guard let range else { return try open(path) }
    let compression = Compression(name: path)
    guard compression == .none else {
      throw FormatError(
        .unsupported(found: "a range of a \(compression.rawValue) file"), field: "range of the file", file: path)
    }
    let stamp = try FileStamp(path: path)
    try check(path, compression)
    return StampedSource(try RangeSource(path: path, range: range), path: path, stamp: stamp)
  }

  private static func check(_ path: String, _ compression: Compression) throws {
    let magic = try ReadableFile(path: path).read(upTo: Compression.magicLength, at: 0)
    let found = Compression(magic: magic)
    if compression == .none {
      guard let found else { return }
      throw FormatError(
        .mismatch(expected: "bytes that are not compressed, as the name says", found: "\(found.rawValue)'s magic"),
        field: "compression", at: 0, file: path)
    }
    if found == compression || (compression != .gzip && Compression.isSkippable(magic)) { return }
    guard magic.count == Compression.magicLength else {
      throw FormatError(
        .truncated(needed: UInt64(Compression.magicLength), available: UInt64(magic.count)),
        field: "\(compression.rawValue) stream", at: UInt64(magic.count), file: path)
    }
    throw FormatError(
      .wrongMagic(found: Hexadecimal.string(magic)), field: "\(compression.rawValue) stream", at: 0, file: path)
  }
}
