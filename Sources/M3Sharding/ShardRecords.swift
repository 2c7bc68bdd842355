import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Records
import M3Spool
import M3Stage

/// The records of a task's shards: references with their memories, raw or coded.
final class ShardRecords {
  /// What a record's payload is made of.
  enum Content: Sendable {
    case memory(SparseMemory)
    case payload([UInt8])

    /// - Throws: ``FormatError`` where the memory cannot be coded, or what is coded is damaged.
    func payload(_ codec: any MemoryCodec, shape: MemoryShape) throws(FormatError) -> [UInt8] {
      switch self {
      case .memory(let memory): return try codec.payload(memory)
      case .payload(let payload):
        _ = try codec.check(payload, shape: shape)
        return payload
      }
    }
  }

  struct Record: Sendable {
    let reference: Reference
    let content: Content
  }

  private enum Pairs {
    case memories(MemoryPairs)
    case codes(CodedPairs)
  }

  private let pairs: Pairs

  init(_ files: MemoryFiles) throws {
    pairs =
      files.isCoded
      ? .codes(try CodedPairs(codes: files.memories.path, references: files.references.path))
      : .memories(try MemoryPairs(spool: files.memories.path, references: files.references.path))
  }

  var producer: Producer {
    switch pairs {
    case .memories(let pairs): pairs.spool.producer
    case .codes(let pairs): pairs.codes.producer
    }
  }

  var bos: BOSMemory {
    switch pairs {
    case .memories(let pairs): pairs.spool.bos
    case .codes(let pairs): pairs.codes.bos
    }
  }

  /// Of coded memories.
  var codec: JSONObject? {
    switch pairs {
    case .memories: nil
    case .codes(let pairs): pairs.codes.codec
    }
  }

  var skippedCount: Int {
    switch pairs {
    case .memories(let pairs): pairs.skippedCount
    case .codes(let pairs): pairs.skippedCount
    }
  }

  func next() throws -> Record? {
    switch pairs {
    case .memories(let pairs): try pairs.next().map { Record(reference: $0.reference, content: .memory($0.memory)) }
    case .codes(let pairs): try pairs.next().map { Record(reference: $0.reference, content: .payload($0.payload)) }
    }
  }

  /// - Throws: ``FormatError`` where more or fewer references than `expected` have no memory.
  func finish(skipping expected: Int) throws {
    switch pairs {
    case .memories(let pairs): try pairs.finish(skipping: expected)
    case .codes(let pairs): try pairs.finish(skipping: expected)
    }
  }
}
