import M3Bytes
import M3JSON
import M3Memory
import M3Spool
import M3TestSupport

/// A spool of raw memories or of codes: the stream behind the decompressor, which ``StreamTarget`` has.
enum SpoolTarget: FuzzTarget {
  static let name = "spool"

  static var seeds: [[UInt8]] {
    let memories = SmallMemories.memories.enumerated().map { index, memory in
      var body = ByteWriter()
      append(id: "d#\(index)", to: &body)
      body.integer(UInt16(memory.tokenCount))
      body.integers(memory.counts.map { UInt16($0) })
      body.integers(memory.positions)
      body.integers((memory.keys + memory.values).map(BFloat16.bits))
      return body.bytes
    }
    let payloads = PayloadTarget.payloads("int4").map { payload in
      var body = ByteWriter()
      append(id: "é#0", to: &body)
      body.append(payload)
      return body.bytes
    }
    let codes: JSONObject = ["codec": ["name": "int4"], "producer": .object(SmallMemories.producer.json)]
    return [
      stream("M3SPOOL\0", SmallMemories.producer.json, memories), stream("M3SPOOL\0", SmallMemories.producer.json, []),
      stream("M3CODES\0", codes, payloads),
    ]
  }

  private static func append(id: String, to writer: inout ByteWriter) {
    writer.integer(UInt16(id.utf8.count))
    writer.append(id.utf8)
  }

  private static func stream(_ magic: String, _ header: JSONObject, _ records: [[UInt8]]) -> [UInt8] {
    LooseSpool(
      magic: Array(magic.utf8), header: JSONValue.object(header).serialized(), bos: SmallMemories.bos.bytes,
      records: records
    ).bytes
  }

  static func run(_ bytes: [UInt8]) throws {
    // A name without .lz4: the stream lies in the file as it is.
    let path = ScratchFiles.write(bytes, to: "spool")
    if bytes.starts(with: "M3CODES\0".utf8) {
      let reader = try CodesReader(path: path)
      while let (id, payload) = try reader.next() {
        expect(id.utf8.count + payload.count <= bytes.count, "a record longer than its file")
      }
    } else {
      let ids = try read(SpoolReader(path: path))
      let reader = try SpoolReader(path: path)
      for id in ids { expect(try reader.skip() == id, "another id where a memory is passed over") }
      expect(try reader.skip() == nil, "more records where they are passed over")
    }
  }

  private static func read(_ reader: SpoolReader) throws -> [String] {
    var ids: [String] = []
    while let (id, memory) = try reader.next() {
      let problem = SparseMemory.firstInconsistency(
        tokenCount: memory.tokenCount, counts: memory.counts, positions: memory.positions)
      expect(problem == nil, "an inconsistent memory: \(problem ?? "")")
      expect(memory.shape == reader.producer.shape, "a memory of another shape")
      ids.append(id)
    }
    return ids
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard var spool = LooseSpool(bytes), !random.once(in: 4) else { return reseal(Mutation.bytes(bytes, limit: limit)) }
    switch random.integer(below: 8) {
    case 0, 1: spool.header = JSONMutation.mutate(spool.header, limit: spool.header.count + 64, random: &random)
    case 2: spool.bos = Sealing.trailing(Mutation.bytes(spool.bos, limit: spool.bos.count + 16))
    case 3 where !spool.records.isEmpty: spool.records.append(random.element(of: spool.records))
    default:
      guard !spool.records.isEmpty else { return reseal(Mutation.bytes(bytes, limit: limit)) }
      let place = random.integer(below: spool.records.count)
      spool.records[place] = Mutation.bytes(spool.records[place], limit: spool.records[place].count + 64)
    }
    return spool.bytes
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { LooseSpool(bytes)?.bytes ?? bytes }
}

/// A spool taken apart, and put together with lengths and sums that fit.
struct LooseSpool {
  var magic: [UInt8]
  var version: [UInt8] = [1, 0, 0, 0]
  var header: [UInt8]
  var bos: [UInt8]
  var records: [[UInt8]]
  /// Behind the last record that could be made out.
  var rest: [UInt8] = []

  init(magic: [UInt8], header: [UInt8], bos: [UInt8], records: [[UInt8]]) {
    (self.magic, self.header, self.bos, self.records) = (magic, header, bos, records)
  }

  init?(_ bytes: [UInt8]) {
    guard let headerLength = bytes.integer(at: 12, as: UInt32.self),
      let bosLength = bytes.integer(at: 16, as: UInt32.self), Int(headerLength) + Int(bosLength) <= bytes.count - 20
    else { return nil }
    magic = Array(bytes[..<8])
    version = Array(bytes[8..<12])
    let (headerEnd, bosEnd) = (20 + Int(headerLength), 20 + Int(headerLength) + Int(bosLength))
    header = Array(bytes[20..<headerEnd])
    bos = Array(bytes[headerEnd..<bosEnd])
    records = []
    var offset = bosEnd
    while let length = bytes.integer(at: offset, as: UInt32.self), length != .max,
      Int(length) <= bytes.count - offset - 12
    {
      records.append(Array(bytes[offset + 12..<offset + 12 + Int(length)]))
      offset += 12 + Int(length)
    }
    let hasEnd = bytes.integer(at: offset, as: UInt32.self) == .max
    rest = Array(bytes[min(bytes.count, offset + (hasEnd ? 12 : 0))...])
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append(magic)
    writer.append(version)
    writer.integer(UInt32(header.count))
    writer.integer(UInt32(bos.count))
    writer.append(header)
    writer.append(Sealing.trailing(bos))
    for record in records {
      writer.integer(UInt32(record.count))
      writer.integer(XXH3.hash64(record))
      writer.append(record)
    }
    writer.integer(UInt32.max)
    writer.integer(UInt64(records.count))
    writer.append(rest)
    return writer.bytes
  }
}
