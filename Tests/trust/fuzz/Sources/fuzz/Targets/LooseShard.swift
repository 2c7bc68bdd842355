import M3Bytes
import M3TestSupport

/// A shard taken apart, whatever its fields say, and put together again with sums that fit.
///
/// Offsets and sizes are those of the article "The shard format", not the reader's own constants.
struct LooseShard {
  static let headerSize = 96
  static let footerSize = 56

  var header: [UInt8]
  var frames: [[UInt8]]
  /// 40 bytes each: number, offset, compressed, raw and text length, flags, sum.
  var entries: [[UInt8]]
  /// 12 bytes each: hash of the id, position.
  var keys: [[UInt8]]

  /// - Returns: nil where the footer's length of the index or the entries' lengths do not fit the bytes.
  init?(_ bytes: [UInt8]) {
    guard let place = Self.index(of: bytes) else { return nil }
    header = Array(bytes[..<Self.headerSize])
    frames = []
    entries = []
    keys = []
    var offset = Self.headerSize
    for number in 0..<place.count {
      let start = place.offset + 8 + 40 * number
      let entry = Array(bytes[start..<start + 40])
      guard let length = entry.integer(at: 16, as: UInt32.self), Int(length) <= place.offset - offset else {
        return nil
      }
      frames.append(Array(bytes[offset..<offset + Int(length)]))
      entries.append(entry)
      offset += Int(length)
    }
    for number in 0..<place.count {
      let start = place.offset + 8 + 40 * place.count + 12 * number
      keys.append(Array(bytes[start..<start + 12]))
    }
  }

  /// Where the index begins, and how many records it is of.
  private static func index(of bytes: [UInt8]) -> (offset: Int, count: Int)? {
    guard bytes.count >= headerSize + 8 + footerSize,
      let length = bytes.integer(at: bytes.count - footerSize + 8, as: UInt64.self), length >= 8,
      length <= UInt64(bytes.count - headerSize - footerSize), (length - 8) % 52 == 0
    else { return nil }
    return (bytes.count - footerSize - Int(length), Int((length - 8) / 52))
  }

  private var bankSeed: UInt64 { (header.integer(at: 40) ?? 0) ^ (header.integer(at: 48) ?? 0) }

  /// A record's bytes.
  func raw(_ place: Int) -> [UInt8]? {
    guard let count = entries[place].integer(at: 20, as: UInt32.self), count <= 1 << 20 else { return nil }
    return frames[place].withUnsafeBytes { try? ZstdFrame.decompress($0, count: Int(count), field: "record") }
  }

  /// Replaces a record, its lengths and its key.
  mutating func set(_ place: Int, raw: [UInt8]) {
    frames[place] = ZstdFrame.compress(raw, level: 1)
    entries[place].set(UInt32(raw.count), at: 20)
    let idLength = Int(raw.integer(at: 0, as: UInt16.self) ?? 0)
    let sourceLength = Int(raw.integer(at: 2 + idLength, as: UInt32.self) ?? 0)
    entries[place].set(raw.integer(at: 6 + idLength + sourceLength, as: UInt32.self) ?? 0, at: 24)
    guard raw.count >= 2 + idLength else { return }
    let hash = XXH3.hash64(Array(raw[2..<2 + idLength]))
    for index in keys.indices where keys[index].integer(at: 8, as: UInt32.self) == UInt32(place) {
      keys[index].set(hash, at: 0)
    }
    keys.sort { Self.order($0) < Self.order($1) }
  }

  private static func order(_ key: [UInt8]) -> (UInt64, UInt32) { (key.integer(at: 0) ?? 0, key.integer(at: 8) ?? 0) }

  /// The file, its records one after another and all its sums right; everything else is as it was.
  var bytes: [UInt8] {
    var header = header
    header.set(UInt32(entries.count), at: 28)
    var writer = ByteWriter()
    writer.append(header)
    var entries = entries
    for (place, frame) in frames.enumerated() {
      entries[place].set(UInt64(writer.count), at: 8)
      entries[place].set(UInt32(frame.count), at: 16)
      writer.append(frame)
    }
    let length = 8 + 52 * entries.count
    let offset = writer.count
    writer.integer(UInt32(0x184D_2A50))
    writer.integer(UInt32(length - 8 + Self.footerSize))
    for entry in entries { writer.append(entry) }
    for key in keys { writer.append(key) }
    writer.integer(UInt64(offset))
    writer.integer(UInt64(length))
    writer.zeros(16)
    writer.integer(UInt64(offset + length + Self.footerSize))
    writer.zeros(8)
    writer.append("M3SHEND\0".utf8)
    return Self.sealed(writer.bytes)
  }

  /// The bytes with the sums of records, header, index and footer made right where they lie.
  static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard let place = index(of: bytes) else { return bytes }
    var bytes = bytes
    let bankSeed = (bytes.integer(at: 40, as: UInt64.self) ?? 0) ^ (bytes.integer(at: 48, as: UInt64.self) ?? 0)
    for number in 0..<place.count {
      let entry = place.offset + 8 + 40 * number
      guard let record = bytes.integer(at: entry, as: UInt64.self),
        let offset = bytes.integer(at: entry + 8, as: UInt64.self),
        let length = bytes.integer(at: entry + 16, as: UInt32.self),
        offset <= UInt64(bytes.count), UInt64(length) <= UInt64(bytes.count) - offset
      else { continue }
      let frame = Array(bytes[Int(offset)..<Int(offset) + Int(length)])
      bytes.set(XXH3.hash64(frame, seed: record ^ offset ^ bankSeed), at: entry + 32)
    }
    let footer = bytes.count - footerSize
    let headerSum = XXH3.hash64(Array(bytes[..<(headerSize - 8)]))
    bytes.set(headerSum, at: headerSize - 8)
    bytes.set(XXH3.hash64(Array(bytes[place.offset..<footer])), at: footer + 16)
    bytes.set(headerSum, at: footer + 24)
    bytes.set(XXH3.hash64(Array(bytes[footer..<footer + 40])), at: footer + 40)
    return bytes
  }

  /// A shard of records.
  init(identity: (number: UInt32, bankID: [UInt8], configurationHash: [UInt8]), raws: [[UInt8]]) {
    var writer = ByteWriter()
    writer.integer(UInt32(0x184D_2A50))
    writer.integer(UInt32(Self.headerSize - 8))
    writer.append("M3SHARD\0".utf8)
    writer.integer(UInt16(1))
    writer.zeros(2 + 4 + 4)
    writer.integer(UInt32(raws.count))
    writer.integer(identity.number)
    writer.zeros(4)
    writer.append(identity.bankID)
    writer.append(identity.configurationHash)
    writer.zeros(8)
    header = writer.bytes
    frames = raws.map { _ in [] }
    entries = raws.indices.map { place in
      var entry = ByteWriter()
      entry.integer(UInt64(identity.number) << 20 | UInt64(place))
      entry.zeros(32)
      return entry.bytes
    }
    keys = raws.indices.map { place in
      var key = ByteWriter()
      key.zeros(8)
      key.integer(UInt32(place))
      return key.bytes
    }
    for (place, raw) in raws.enumerated() { set(place, raw: raw) }
  }

  /// A record's bytes from its parts.
  static func raw(id: String, source: String, text: String, payload: [UInt8]) -> [UInt8] {
    raw(parts: [Array(id.utf8), Array(source.utf8), Array(text.utf8), payload])
  }

  private static func raw(parts: [[UInt8]]) -> [UInt8] {
    var writer = ByteWriter()
    writer.integer(UInt16(truncatingIfNeeded: parts[0].count))
    writer.append(parts[0])
    for part in parts[1...2] {
      writer.integer(UInt32(part.count))
      writer.append(part)
    }
    writer.append(parts[3])
    return writer.bytes
  }

  /// Id, source, text and payload of a record; nil where its lengths do not fit.
  private static func parts(of raw: [UInt8]) -> [[UInt8]]? {
    var parts: [[UInt8]] = []
    var offset = 0
    for size in [2, 4, 4] {
      let length = size == 2 ? raw.integer(at: offset, as: UInt16.self).map { UInt32($0) } : raw.integer(at: offset)
      guard let length, Int(length) <= raw.count - offset - size else { return nil }
      parts.append(Array(raw[offset + size..<offset + size + Int(length)]))
      offset += size + Int(length)
    }
    return parts + [Array(raw[offset...])]
  }

  /// A record with one of its parts changed and the lengths right, or with any bytes changed.
  private static func mutated(raw: [UInt8], random: inout Randomness) -> [UInt8] {
    guard var parts = parts(of: raw), !random.once(in: 3) else { return Mutation.bytes(raw, limit: raw.count + 64) }
    let place = random.integer(below: parts.count)
    parts[place] = Mutation.bytes(parts[place], limit: parts[place].count + 64)
    return self.raw(parts: parts)
  }

  /// Changes one thing, and puts the sums right.
  static func mutated(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard var shard = LooseShard(bytes), !shard.entries.isEmpty, !random.once(in: 4) else {
      return sealed(Mutation.bytes(bytes, limit: limit))
    }
    let place = random.integer(below: shard.entries.count)
    switch random.integer(below: 8) {
    case 0:
      shard.header = Mutation.inPlace(shard.header, 8..<88)
    case 1:
      shard.entries[place] = Mutation.inPlace(shard.entries[place], 0..<32)
      var bytes = shard.bytes
      let entry = bytes.count - footerSize - 52 * shard.entries.count + 40 * place
      for (index, byte) in shard.entries[place].enumerated() { bytes[entry + index] = byte }
      return sealed(bytes)
    case 2:
      shard.keys[place] = Mutation.inPlace(shard.keys[place], 0..<12)
    case 3:
      shard.frames[place] = Mutation.bytes(shard.frames[place], limit: shard.frames[place].count + 64)
    default:
      guard let raw = shard.raw(place) else { return sealed(Mutation.bytes(bytes, limit: limit)) }
      let key = shard.keys
      let entry = shard.entries[place]
      shard.set(place, raw: mutated(raw: raw, random: &random))
      if random.once(in: 8) { shard.keys = key }
      if random.once(in: 8) { shard.entries[place] = entry }
    }
    return shard.bytes
  }
}
