import M3Bytes
import M3Memory
import Testing

@Suite struct BOSMemoryTests {
  @Test func roundTrip() throws {
    let bos = BOSMemory.sample()
    #expect(bos.bytes.count == 28 + 2 * 4 * 48 + 8)
    #expect(try BOSMemory(bytes: bos.bytes) == bos)
    let empty = BOSMemory(layerCount: 2, keyValueHeadCount: 3, tokenCount: 0, headDimension: 4, keys: [], values: [])
    #expect(try BOSMemory(bytes: empty.bytes) == empty)
  }

  @Test func layout() {
    let bos = BOSMemory(
      layerCount: 1, keyValueHeadCount: 1, tokenCount: 1, headDimension: 2, keys: [1, 2], values: [3, -4])
    let body =
      "4d33424f53000000" + "01000000" + "01000000010000000100000002000000" + "0000803f00000040" + "00004040000080c0"
    #expect(Hexadecimal.string(bos.bytes.dropLast(8)) == body)
    var sum = ByteWriter()
    sum.integer(XXH3.hash64(Array(bos.bytes.dropLast(8))))
    #expect(Array(bos.bytes.suffix(8)) == sum.bytes)
  }

  @Test func everyFlippedBitIsRefused() {
    let bytes = BOSMemory.sample().bytes
    var accepted: [Int] = []
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      if (try? BOSMemory(bytes: damaged)) != nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  @Test func everyOtherLengthIsRefused() {
    let bytes = BOSMemory.sample().bytes
    for count in bytes.indices {
      #expect(throws: FormatError.self) { try BOSMemory(bytes: Array(bytes[..<count])) }
    }
    #expect(throws: FormatError.self) { try BOSMemory(bytes: bytes + [0]) }
  }

  /// Damage under a checksum that fits.
  static let resealed: [(offset: Int, bytes: [UInt8], field: String, problem: FormatError.Problem)] = [
    (0, [0x4E], "magic", .wrongMagic(found: "4e33424f53000000")),
    (8, [2], "version", .unsupportedVersion(found: "2", supported: "1")),
    (12, [1, 4], "layers", .outOfRange(found: "1025", allowed: "0 to 1024")),
    (16, [255, 255, 255, 255], "key-value heads", .outOfRange(found: "4294967295", allowed: "0 to 4096")),
    (20, [1, 16], "tokens", .outOfRange(found: "4097", allowed: "0 to 4096")),
    (24, [1, 4], "head dimension", .outOfRange(found: "1025", allowed: "0 to 1024")),
    (12, [3], "data", .mismatch(expected: "584 bytes", found: "392")),
    (28 + 4 * 7, [0, 0, 0x80, 0x7F], "keys", .outOfRange(found: "inf", allowed: "finite")),
    (28 + 4 * 50, [0, 0, 0xC0, 0x7F], "values", .outOfRange(found: "nan", allowed: "finite")),
  ]

  @Test(arguments: resealed.indices)
  func resealedDamage(index: Int) throws {
    let damage = Self.resealed[index]
    var bytes = BOSMemory.sample().bytes
    bytes.replaceSubrange(damage.offset..<damage.offset + damage.bytes.count, with: damage.bytes)
    var sealed = ByteWriter()
    sealed.append(bytes.dropLast(8))
    sealed.integer(XXH3.hash64(sealed.bytes))
    let error = #expect(throws: FormatError.self) { try BOSMemory(bytes: sealed.bytes) }
    #expect(error?.problem == damage.problem)
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(damage.field == "data" ? 28 : damage.offset))
  }

  /// The largest shape of all, in a header of 36 bytes: nothing is allocated for it.
  @Test func sizesBeyondTheBytesAreRefused() {
    var writer = ByteWriter()
    writer.append("M3BOS\0\0\0".utf8)
    for number: UInt32 in [1, 1024, 4096, 4096, 1024] { writer.integer(number) }
    writer.integer(XXH3.hash64(writer.bytes))
    let error = #expect(throws: FormatError.self) { try BOSMemory(bytes: writer.bytes) }
    #expect(error?.problem == .mismatch(expected: "\(8 * (1 << 44) + 8) bytes", found: "8"))
  }

  @Test func anotherProducersIsRefused() throws {
    var producer = Producer.sample
    producer.layerCount = 2
    try BOSMemory.sample().requireFit(producer)
    producer.bosTokens = [1]
    let error = #expect(throws: FormatError.self) { try BOSMemory.sample().requireFit(producer) }
    #expect(error?.problem == .mismatch(expected: "(L, G, B, D) of [2, 3, 1, 4]", found: "[2, 3, 2, 4]"))
  }
}
