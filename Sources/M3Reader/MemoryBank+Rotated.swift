public import M3Bank
import M3Bytes
import M3Codec
public import M3Memory
import M3Parallel

extension MemoryBank {
  /// Reads a memory as attention reads it, from the file into recycled buffers without a copy between.
  ///
  /// It is checked as ``record(index:)`` and ``memory(_:)`` check it, and gives the same elements.
  /// - Parameter index: a place in the bank's order, 0 ..< ``count``.
  /// - Throws: ``FormatError`` naming the record; ``FileError``.
  public func rotatedMemory(at index: Int) throws -> RotatedMemory {
    let (shard, position) = try place(of: index)
    return try recordBuffers.withBuffers { buffers in
      try shard.withPayload(at: position, buffers: buffers) { id, text, payload in
        do {
          return try decode(payload, text: text)
        } catch let error as FormatError {
          throw error.inRecord(id)
        }
      }
    }
  }

  /// Decodes the memory of a record as attention reads it.
  /// - Throws: ``FormatError`` naming the record.
  public func rotatedMemory(_ record: BankRecord) throws -> RotatedMemory {
    do {
      return try record.payload.withUnsafeBytes { try decode($0, text: record.text) }
    } catch let error as FormatError {
      throw error.inRecord(record.id)
    }
  }

  /// Reads several memories, in the order of the indices, on several threads.
  /// - Parameters:
  ///   - indices: places in the bank's order, each in 0 ..< ``count``.
  ///   - threads: at most. The default is 2.
  /// - Throws: as ``rotatedMemory(at:)``, for the first index that gives an error.
  public func rotatedMemories(at indices: [Int], threads: Int = 2) throws -> [RotatedMemory] {
    precondition(threads >= 1, "no thread to read on")
    return try ParallelLoop.map(indices.count, workers: threads) { try rotatedMemory(at: indices[$0]) }
  }

  /// Decodes a payload into recycled buffers.
  /// - Parameter text: the record's.
  package func decode(_ payload: UnsafeRawBufferPointer, text: String) throws -> RotatedMemory {
    let tokenCount = try codec.tokenCount(payload)
    // Asked first: a longer one would be placed before the BOS.
    try requireLength(tokenCount)
    return try codec.decode(
      payload, shape: producer.shape, features: features(of: text), rotation: rotation,
      firstPosition: producer.firstPosition(tokenCount: tokenCount, longestReference: longestReference),
      buffer: { floatBuffers.buffer(count: $0) }
    ).rotatedMemory(shape: producer.shape)
  }
}
