import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct HeadMeansTests {
  let shape = MemoryShape.small()

  @Test func meansOfEachHead() {
    var random = Randomness(seed: 1)
    let memories = (0..<20).map { _ in
      // The last head keeps nothing anywhere.
      let counts = (0..<5).map { _ in random.integer(below: 6) } + [0]
      return SparseMemory(random: &random, shape: shape, tokenCount: 10, counts: counts)
    }
    let found = builder(memories).means().elements
    for entry in 0..<6 {
      for (part, vectors) in [\SparseMemory.keys, \.values].enumerated() {
        for element in 0..<8 {
          let all = memories.flatMap { memory in
            (memory.offsets[entry]..<memory.offsets[entry + 1]).map { Double(memory[keyPath: vectors][8 * $0 + element]) }
          }
          let mean = all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
          #expect((Double(found[(2 * entry + part) * 8 + element]) - mean).magnitude < 1e-6)
        }
      }
    }
  }

  /// Sums that are merged are those of one builder: powers of two are summed without rounding.
  @Test func mergedInAnyDivision() {
    var random = Randomness(seed: 2)
    let memories = (0..<12).map { _ in
      let memory = SparseMemory(random: &random, shape: shape, tokenCount: 10, counts: [1, 2, 0, 3, 1, 4])
      func powers(_ vectors: [Float]) -> [Float] { vectors.map { $0 < 0 ? -0.25 : 2 } }
      return memory.with(keys: powers(memory.keys), values: powers(memory.values))
    }
    let whole = builder(memories).means()
    for cut in 0...12 {
      var first = builder(Array(memories[..<cut]))
      first.merge(builder(Array(memories[cut...])))
      #expect(first.means() == whole)
    }
  }

  @Test func fileRoundTrip() throws {
    var random = Randomness(seed: 3)
    let means = HeadMeans.random(&random, shape)
    #expect(means.bytes.count == 28 + 4 * 2 * 6 * 8)
    #expect(means.bytes.starts(with: Array("M3MEANS\0".utf8) + [1, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0]))
    #expect(try HeadMeans(bytes: means.bytes, shape: shape) == means)
  }

  @Test func everyFlippedBitIsRefused() throws {
    var random = Randomness(seed: 4)
    let bytes = HeadMeans.random(&random, shape).bytes
    var accepted: [Int] = []
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      if (try? HeadMeans(bytes: damaged, shape: shape)) != nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  @Test func everyTruncationAndAnyMoreIsRefused() throws {
    var random = Randomness(seed: 5)
    let bytes = HeadMeans.random(&random, shape).bytes
    for count in bytes.indices {
      #expect(throws: FormatError.self) { try HeadMeans(bytes: Array(bytes[..<count]), shape: shape) }
    }
    let error = #expect(throws: FormatError.self) { try HeadMeans(bytes: bytes + [0], shape: shape) }
    #expect(error?.problem == .malformed("1 bytes too many"))
  }

  /// Damage under a checksum that fits: the field, its offset and what was found.
  static let resealed: [(name: String, offset: Int, bytes: [UInt8], field: String, problem: FormatError.Problem)] = [
    ("magic", 0, [0x4E], "magic", .wrongMagic(found: "4e334d45414e5300")),
    ("version", 8, [2], "version", .unsupportedVersion(found: "2", supported: "1")),
    ("entries", 12, [7], "entries", .mismatch(expected: "6 heads of 8", found: "7 of 8")),
    ("entries beyond the bytes", 12, [255, 255, 255, 255], "entries", .mismatch(expected: "6 heads of 8", found: "4294967295 of 8")),
    ("head dimension", 16, [4], "entries", .mismatch(expected: "6 heads of 8", found: "6 of 4")),
    ("not a number", 20 + 4 * 17, [0, 0, 0xC0, 0x7F], "elements", .outOfRange(found: "nan", allowed: "finite")),
  ]

  @Test(arguments: resealed.indices)
  func resealedDamage(index: Int) throws {
    let damage = Self.resealed[index]
    var random = Randomness(seed: 6)
    var bytes = HeadMeans.random(&random, shape).bytes
    bytes.replaceSubrange(damage.offset..<damage.offset + damage.bytes.count, with: damage.bytes)
    var sealed = ByteWriter()
    sealed.append(bytes.dropLast(8))
    sealed.integer(XXH3.hash64(sealed.bytes))
    let error = #expect(throws: FormatError.self) { try HeadMeans(bytes: sealed.bytes, shape: shape) }
    #expect(error?.problem == damage.problem, "\(damage.name)")
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(damage.field == "entries" ? 12 : damage.offset))
  }

  private func builder(_ memories: [SparseMemory]) -> HeadMeansBuilder {
    var builder = HeadMeansBuilder(shape: shape)
    for memory in memories { builder.add(memory) }
    return builder
  }
}
