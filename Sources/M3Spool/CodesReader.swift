import M3Bytes
public import M3JSON
public import M3Memory

/// Reads the coded memories of a file of `m3-quantize`, in order.
public final class CodesReader {
  public let path: String
  public let producer: Producer
  /// As manifests describe it.
  public let codec: JSONObject
  public var bos: BOSMemory { file.bos }
  private let file: RecordSpoolReader

  /// - Throws: ``FileError``; ``FormatError`` where the head is damaged or of another version.
  public init(path: String) throws {
    self.path = path
    file = try RecordSpoolReader(path: path, magic: CodesWriter.magic)
    guard let codec = file.header["codec"]?.objectValue, let producer = file.header["producer"]?.objectValue else {
      throw FormatError(.missing("codec and producer"), field: "header", at: 20, file: path)
    }
    self.codec = codec
    self.producer = try file.producer(producer)
  }

  /// The next payload, or nil at the end.
  /// - Throws: ``FormatError`` with the offset in the decompressed stream.
  public func next() throws -> (id: String, payload: [UInt8])? {
    try file.next { reader throws(FormatError) in
      let id = try reader.spoolID()
      return (id, Array(try reader.slice(reader.remaining, "payload")))
    }
  }
}
