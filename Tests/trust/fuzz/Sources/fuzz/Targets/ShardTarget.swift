import M3Bank
import M3Bytes
import M3TestSupport

/// A shard: its structure, and every record in each of the ways in which it can be read.
enum ShardTarget: FuzzTarget {
  static let name = "shard"

  static var seeds: [[UInt8]] {
    let raws = ["first", "second", ""].map {
      LooseShard.raw(id: "\($0)#0", source: #"{"document_id":"d"}"#, text: "text of \($0)", payload: Array($0.utf8))
    }
    return [1, 3].map { count in
      LooseShard(
        identity: (number: 7, bankID: Array(0..<16), configurationHash: Array(0..<32)), raws: Array(raws[..<count])
      ).bytes
    }
  }

  static func run(_ bytes: [UInt8]) throws {
    let reader = try ShardReader(path: ScratchFiles.write(bytes, to: "shard.m3s"))
    let buffers = RecordBuffers()
    var problem: FormatError?
    var readCount = 0
    for position in 0..<reader.count {
      let entry = reader.entry(at: position)
      do {
        let record = try reader.record(at: position)
        readCount += 1
        check(record, entry)
        expect(try reader.payload(at: position) == record.payload, "two payloads of one record")
        try reader.withPayload(at: position, buffers: buffers) { id, text, payload in
          expect(id.utf8.elementsEqual(record.id.utf8) && text.utf8.elementsEqual(record.text.utf8), "two records")
          expect(payload.elementsEqual(record.payload), "two payloads of one record")
        }
        if let found = try? reader.record(id: record.id) {
          expect(found.record.id.utf8.elementsEqual(record.id.utf8), "a record of another id")
        }
        if hasPlantedBug, record.payload.count > 32 { fatalError("the planted bug") }
      } catch let error as FormatError {
        expect(error.record != nil && error.byteOffset == entry.offset, "an error without its record: \(error)")
        problem = problem ?? error
      }
    }
    do {
      let summary = try reader.summary()
      expect(problem == nil && summary.recordCount == readCount, "a summary of what cannot be read")
      expect(summary.sha256 == SHA256Digest.of(bytes), "the hash of another file")
    } catch let error as FormatError {
      throw problem ?? error
    }
    if let problem { throw problem }
  }

  private static func check(_ record: BankRecord, _ entry: ShardEntry) {
    let length = ShardWriter.rawLength(
      idLength: record.id.utf8.count, sourceLength: record.source.count, textLength: record.text.utf8.count,
      payloadLength: record.payload.count)
    expect(length == entry.rawLength, "a record of \(length) bytes, indexed with \(entry.rawLength)")
    expect(record.text.utf8.count == entry.textLength, "a text of another length than the index says")
    expect(record.number == entry.number, "a record of another number")
    expect((1...ShardLimits.idLength).contains(record.id.utf8.count), "an id of \(record.id.utf8.count) bytes")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    LooseShard.mutated(bytes, limit: limit, random: &random)
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { LooseShard.sealed(bytes) }
}
