package import M3Bytes

extension ShardReader {
  /// Reads and checks a record as ``record(at:)`` does, in buffers that are used again.
  /// - Parameters:
  ///   - buffers: overwritten; not in use by another thread.
  ///   - body: gets the record's id, its text, and its payload, which is valid until it returns.
  /// - Precondition: the position is in `0 ..< count`.
  /// - Throws: as ``record(at:)``; what `body` throws.
  public func withPayload<Result>(
    at position: Int, buffers: RecordBuffers,
    _ body: (_ id: String, _ text: String, _ payload: UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let entry = index.entry(at: position)
    let frame = try frame(entry, buffers: buffers)
    try requireSum(frame, entry)
    let (id, text, payload) = try payload(of: decompress(frame, entry, buffers: buffers), entry)
    return try body(id, text, payload)
  }

  /// The compressed bytes of a record, unchecked.
  package func frame(_ entry: ShardEntry, buffers: RecordBuffers) throws -> UnsafeRawBufferPointer {
    let frame = buffers.frame(count: entry.compressedLength)
    let got = try file.read(into: frame, at: entry.offset)
    guard got == frame.count else {
      let problem = FormatError.Problem.truncated(needed: UInt64(frame.count), available: UInt64(got))
      throw locate(FormatError(problem, field: "record"), entry)
    }
    return UnsafeRawBufferPointer(frame)
  }

  /// Decompresses a frame whose sum has been checked.
  package func decompress(
    _ frame: UnsafeRawBufferPointer, _ entry: ShardEntry, buffers: RecordBuffers
  ) throws(FormatError) -> UnsafeRawBufferPointer {
    do throws(FormatError) {
      try ZstdFrame.requireSingle(frame, count: entry.rawLength, field: "record")
      let raw = buffers.raw(count: entry.rawLength)
      try buffers.decompressor.decompress(frame, into: raw, count: entry.rawLength, field: "record")
      return UnsafeRawBufferPointer(raw)
    } catch {
      throw locate(error, entry)
    }
  }

  /// Id, text and payload of a raw record, its grammar checked.
  package func payload(
    of raw: UnsafeRawBufferPointer, _ entry: ShardEntry
  ) throws -> (id: String, text: String, payload: UnsafeRawBufferPointer) {
    try parsing(entry, raw) { bytes, parts throws(FormatError) in
      let id = try RawRecord.string(bytes, parts.id, "id")
      let text = try RawRecord.string(bytes, parts.text, "text")
      return (id, text, UnsafeRawBufferPointer(rebasing: bytes[parts.payload]))
    }
  }
}
