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
    let keys = try vectors(&reader, rowCount * shape.headDimension, "keys")
    let values = try vectors(&reader, rowCount * shape.headDimension, "values")
    try reader.end("record")
    let memory = SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: keys, values: values)
    return (id, memory)
  }

  private static func numbers(
    _ reader: inout ByteReader, _ count: Int, _ field: String
  ) throws(FormatError) -> [UInt16] {
    try array(&reader, count, field) { $0 }
  }

  /// Numbers in bf16.
  private static func vectors(
    _ reader: inout ByteReader, _ count: Int, _ field: String
  ) throws(FormatError) -> [Float] {
    try array(&reader, count, field, BFloat16.value)
  }

  // Millions of numbers a memory: by pointer, so that the loop is vectorized.
  @inline(__always)
  private static func array<Value>(
    _ reader: inout ByteReader, _ count: Int, _ field: String, _ value: (UInt16) -> Value
  ) throws(FormatError) -> [Value] {
    guard let bytes = try reader.slice(2 * count, field).baseAddress else { return [] }
    return [Value](unsafeUninitializedCapacity: count) { values, initializedCount in
      guard let first = values.baseAddress else { return }
      for index in 0..<count {
        let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
        (first + index).initialize(to: value(bits))
      }
      initializedCount = count
    }
  }
}

extension ByteReader {
  /// The id that every record begins with.
  mutating func spoolID() throws(FormatError) -> String {
    try string(Int(integer(UInt16.self, "id length")), "id")
  }
}
