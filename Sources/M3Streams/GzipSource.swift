import CZlib
public import M3Bytes

/// The content of a gzip file (RFC 1952): any number of members one after another.
///
/// Checksums and lengths are checked. A file that ends inside a member is an error, and so are bytes
/// behind the last member, zeros included.
public final class GzipSource: ByteSource {
  private let source: FileSource
  // zlib keeps the stream's address, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var inputCount = 0
  private var consumed: UInt64 = 0
  private var insideMember = false
  private var reachedEnd = false

  /// - Throws: ``FileError``.
  public init(path: String) throws(FileError) {
    source = try FileSource(path: path)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: 1 << 17, alignment: 16)
    // 15 bits of window; 16 more ask for the gzip format and for nothing else.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      if stream.pointee.avail_in == 0 && !reachedEnd { try fill() }
      guard stream.pointee.avail_in > 0 || insideMember else { return 0 }
      let produced = try inflate(into: buffer)
      if produced > 0 || buffer.isEmpty { return produced }
      if reachedEnd && insideMember && stream.pointee.avail_in == 0 {
        throw error(.truncated(needed: 1, available: 0))
      }
    }
  }

  private func fill() throws {
    let count = try source.read(into: input)
    reachedEnd = count == 0
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
  }

  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let availableInput = stream.pointee.avail_in
    let capacity = UInt32(clamping: buffer.count)
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = capacity
    insideMember = true
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    consumed += UInt64(availableInput - stream.pointee.avail_in)
    switch status {
    case Z_OK, Z_BUF_ERROR:
      break
    case Z_STREAM_END:
      insideMember = false
      inflateReset(stream)
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
      throw error(.malformed("gzip: \(reason)"))
    }
    return Int(capacity - stream.pointee.avail_out)
  }

  private func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(problem, field: "gzip stream", at: consumed, file: source.path)
  }
}
