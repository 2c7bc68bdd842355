import M3Bytes
import M3Dedupe
import M3TestSupport

/// The files that steps of deduplication leave for each other: runs of entries, sets of shingles.
enum DedupeTarget: FuzzTarget {
  static let name = "dedupe"

  private static let kinds: [DedupeFileKind] = [.band, .lengths, .dropped, .members]

  static var seeds: [[UInt8]] {
    var lengths = ByteWriter()
    for length: UInt32 in [3, 5, 9] { lengths.integer(length) }
    var bands = ByteWriter()
    for key: UInt64 in [1, 7] {
      bands.integer(key)
      bands.integer(UInt32(key))
    }
    return [
      runs("M3DLENGT", entrySize: 4, runs: [lengths.bytes], attributes: [3]),
      runs("M3DBANDS", entrySize: 12, runs: [bands.bytes, bands.bytes], attributes: []),
      runs("M3DDROPS", entrySize: 20, runs: [[UInt8](repeating: 0, count: 20)], attributes: [1, 2]),
      sets(["a#0", "é"].map { record(id: $0, shingles: [5, 1, 5]) }), sets([]),
    ]
  }

  private static func head(_ magic: String, _ number: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(magic.utf8)
    writer.integer(UInt32(1))
    writer.integer(UInt32(number))
    return writer.bytes
  }

  private static func runs(_ magic: String, entrySize: Int, runs: [[UInt8]], attributes: [UInt64]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(head(magic, entrySize))
    for (index, run) in runs.enumerated() {
      writer.append(run)
      writer.integer(XXH3.hash64(run, seed: UInt64(index)))
    }
    for run in runs { writer.integer(UInt64(run.count / entrySize)) }
    for attribute in attributes { writer.integer(attribute) }
    writer.integer(UInt64(runs.count))
    writer.integer(UInt64(attributes.count))
    writer.zeros(8)
    return reseal(writer.bytes)
  }

  private static func record(id: String, shingles: [UInt64]) -> [UInt8] {
    var bytes: [UInt8] = []
    _ = shingles.withUnsafeBufferPointer { ShingledText.append(id: id, textHash: 9, shingles: $0, to: &bytes) }
    return bytes
  }

  private static func sets(_ records: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(head("M3DSHSET", 0))
    var offsets: [UInt64] = []
    for record in records {
      offsets.append(UInt64(writer.count))
      writer.append(record)
    }
    for offset in offsets { writer.integer(offset) }
    writer.integer(UInt64(records.count))
    writer.zeros(16)
    return reseal(writer.bytes)
  }

  static func run(_ bytes: [UInt8]) throws {
    let path = ScratchFiles.write(bytes, to: "file.m3d")
    if bytes.starts(with: "M3DSHSET".utf8) { return try readSets(path, bytes) }
    if bytes.starts(with: "M3DLENGT".utf8) { return try readRuns(path, .lengths, TextLength.self) }
    if bytes.starts(with: "M3DDROPS".utf8) { return try readRuns(path, .dropped, DroppedText.self) }
    try readRuns(path, bytes.starts(with: "M3DMEMBR".utf8) ? .members : .band, KeyedNumber.self)
  }

  private static func readRuns<Entry: RunEntry>(_ path: String, _ kind: DedupeFileKind, _ type: Entry.Type) throws {
    let file = try RunFile<Entry>(path: path, kind: kind)
    _ = try? file.attribute(1)
    var count = 0
    try file.forEach { entry in
      count += 1
      if let dropped = entry as? DroppedText { _ = try dropped.kind() }
    }
    expect(count == file.entryCount, "\(count) entries of \(file.entryCount)")
  }

  private static func readSets(_ path: String, _ bytes: [UInt8]) throws {
    let file = try ShingleSetFile(path: path)
    for position in 0..<file.count {
      let text = try file.text(at: position)
      let size = try file.byteCount(at: position)
      expect(size == 24 + text.id.utf8.count + 8 * text.shingles.count, "a text of \(size) bytes")
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    let mutated = Mutation.bytes(bytes, limit: limit)
    return random.once(in: 16) ? mutated : reseal(mutated)
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: "M3DSHSET".utf8) ? resealedSets(bytes) : resealedRuns(bytes)
  }

  private static func resealedRuns(_ bytes: [UInt8]) -> [UInt8] {
    let trailer = bytes.count - 24
    guard trailer >= 16, let runs = bytes.integer(at: trailer, as: UInt64.self),
      let attributes = bytes.integer(at: trailer + 8, as: UInt64.self), runs <= 100, attributes <= 100,
      8 * Int(runs + attributes) <= trailer - 16, let size = bytes.integer(at: 12, as: UInt32.self)
    else { return bytes }
    var bytes = bytes
    let directory = trailer - 8 * Int(runs + attributes)
    var offset = 16
    for run in 0..<Int(runs) {
      guard let count = bytes.integer(at: directory + 8 * run, as: UInt64.self), count <= 4096, size <= 64 else {
        break
      }
      let end = offset + Int(count) * Int(size)
      guard end + 8 <= directory else { break }
      bytes.set(XXH3.hash64(Array(bytes[offset..<end]), seed: UInt64(run)), at: end)
      offset = end + 8
    }
    bytes.set(XXH3.hash64(Array(bytes[..<16] + bytes[directory..<trailer + 16])), at: trailer + 16)
    return bytes
  }

  private static func resealedSets(_ bytes: [UInt8]) -> [UInt8] {
    let trailer = bytes.count - 24
    guard trailer >= 16, let count = bytes.integer(at: trailer, as: UInt64.self), count <= 100,
      8 * Int(count) <= trailer - 16
    else { return bytes }
    var bytes = bytes
    let index = trailer - 8 * Int(count)
    let starts = (0..<Int(count)).map { bytes.integer(at: index + 8 * $0, as: UInt64.self) ?? 0 } + [UInt64(index)]
    for (start, end) in zip(starts, starts.dropFirst()) where start <= end && end <= UInt64(index) && end - start >= 8 {
      let sum = XXH3.hash64(Array(bytes[Int(start)..<Int(end) - 8]))
      bytes.set(sum, at: Int(end) - 8)
    }
    let isEmpty = index == trailer
    bytes.set(isEmpty ? 0 : XXH3.hash64(Array(bytes[index..<trailer])), at: trailer + 8)
    bytes.set(XXH3.hash64(Array(bytes[..<16] + bytes[trailer..<trailer + 16])), at: trailer + 16)
    return bytes
  }
}
