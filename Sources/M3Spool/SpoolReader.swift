import M3Bytes
public import M3Memory

/// Reads the memories of a spool file in order.
public final class SpoolReader {
  public let path: String
  public let producer: Producer
  public var bos: BOSMemory { file.bos }
  private let file: RecordSpoolReader

  /// - Throws: ``FileError``; ``FormatError`` where the head is damaged or of another version.
  public init(path: String) throws {
    self.path = path
    file = try RecordSpoolReader(path: path, magic: SpoolWriter.magic)
    producer = try file.producer(file.header)
  }

  /// The next memory, or nil at the end.
  /// - Throws: ``FormatError`` with the offset in the decompressed stream.
  public func next() throws -> (id: String, memory: SparseMemory)? {
    let shape = producer.shape
    return try file.next { reader throws(FormatError) in try Self.memory(&reader, shape) }
  }

  /// Passes over the next memory, its sum checked.
  /// - Returns: its id, or nil at the end.
  public func skip() throws -> String? {
    try file.next { reader throws(FormatError) in try reader.spoolID() }
  }

  private static func memory(
    _ reader: inout ByteReader, _ shape: MemoryShape
  ) throws(FormatError) -> (id: String, memory: SparseMemory) {
    let id = try reader.spoolID()
    let tokenCount = Int(try reader.integer(UInt16.self, "token count"))
    let counts = try numbers(&reader, shape.entryCount, "counts").map { Int($0) }
    let rowCount = counts.reduce(0, +)
    let positions = try numbers(&reader, rowCount, "positions")
    if let problem = SparseMemory.firstInconsistency(tokenCount: tokenCount, counts: counts, positions: positions) {
      throw FormatError(.malformed(problem), field: "positions", at: reader.byteOffset)
    }
    let keys = try numbers(&reader, rowCount * shape.headDimension, "keys").map(BFloat16.value)
    let values = try numbers(&reader, rowCount * shape.headDimension, "values").map(BFloat16.value)
    try reader.end("record")
    let memory = SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: keys, values: values)
    return (id, memory)
  }

  private static func numbers(
    _ reader: inout ByteReader, _ count: Int, _ field: String
  ) throws(FormatError) -> [UInt16] {
    let slice = try reader.slice(2 * count, field)
    return (0..<count).map { UInt16(littleEndian: slice.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
  }
}

extension ByteReader {
  /// The id that every record begins with.
  mutating func spoolID() throws(FormatError) -> String {
    try string(Int(integer(UInt16.self, "id length")), "id")
  }
}
