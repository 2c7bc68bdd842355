import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct HeadStatisticsTests {
  let shape = MemoryShape.small()

  @Test func meansAndDeviationsOfEachHead() {
    var random = Randomness(seed: 1)
    let memories = (0..<20).map { _ in
      // The last head keeps nothing anywhere.
      let counts = (0..<5).map { _ in random.integer(below: 6) } + [0]
      return SparseMemory(random: &random, shape: shape, tokenCount: 10, counts: counts)
    }
    let found = builder(memories).statistics()
    for entry in 0..<6 {
      for (part, vectors) in [\SparseMemory.keys, \.values].enumerated() {
        for element in 0..<8 {
          let all = memories.flatMap { memory in
            (memory.offsets[entry]..<memory.offsets[entry + 1]).map {
              Double(BFloat16.value(BFloat16.bits(memory[keyPath: vectors][8 * $0 + element])))
            }
          }
          let mean = all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
          let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, all.count))
          let index = (2 * entry + part) * 8 + element
          #expect((Double(found.means[index]) - mean).magnitude < 1e-6)
          #expect((Double(found.deviations[index]) - (all.isEmpty ? 1 : variance.squareRoot())).magnitude < 1e-5)
        }
      }
    }
  }

  /// An element that never varies gets a thousandth of the others' deviation, and a vector that never varies gets ones.
  @Test func deviationsArePositive() {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 2)
    var builder = HeadStatisticsBuilder(shape: shape)
    for value: Float in [-1, 1] {
      builder.add(
        SparseMemory(shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: [5, value], values: [7, 8]))
    }
    let found = builder.statistics()
    #expect(found.means == [5, 0, 7, 8])
    #expect(found.deviations == [Float(0.5.squareRoot() / 1000), 1, 1, 1])
  }

  /// Sums that are merged are those of one builder: powers of two are summed without rounding.
  @Test func mergedInAnyDivision() {
    var random = Randomness(seed: 2)
    let memories = (0..<12).map { _ in
      let memory = SparseMemory(random: &random, shape: shape, tokenCount: 10, counts: [1, 2, 0, 3, 1, 4])
      func powers(_ vectors: [Float]) -> [Float] { vectors.map { $0 < 0 ? -0.25 : 2 } }
      return memory.with(keys: powers(memory.keys), values: powers(memory.values))
    }
    let whole = builder(memories).statistics()
    for cut in 0...12 {
      var first = builder(Array(memories[..<cut]))
      first.merge(builder(Array(memories[cut...])))
      #expect(first.statistics() == whole)
    }
  }

  @Test func fileRoundTrip() throws {
    var random = Randomness(seed: 3)
    let statistics = HeadStatistics.random(&random, shape)
    #expect(statistics.bytes.count == 28 + 4 * 4 * 6 * 8)
    #expect(statistics.bytes.starts(with: Array("M3STATS\0".utf8) + [1, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0]))
    #expect(try HeadStatistics(bytes: statistics.bytes, shape: shape) == statistics)
  }

  @Test func everyFlippedBitIsRefused() throws {
    var random = Randomness(seed: 4)
    let bytes = HeadStatistics.random(&random, shape).bytes
    var accepted: [Int] = []
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      if (try? HeadStatistics(bytes: damaged, shape: shape)) != nil { accepted.append(bit) }
    }
    #expect(accepted.isEmpty)
  }

  @Test func everyTruncationAndAnyMoreIsRefused() throws {
    var random = Randomness(seed: 5)
    let bytes = HeadStatistics.random(&random, shape).bytes
    for count in bytes.indices {
      #expect(throws: FormatError.self) { try HeadStatistics(bytes: Array(bytes[..<count]), shape: shape) }
    }
    let error = #expect(throws: FormatError.self) { try HeadStatistics(bytes: bytes + [0], shape: shape) }
    #expect(error?.problem == .malformed("1 bytes too many"))
  }

  /// Damage under a checksum that fits: the field, its offset and what was found.
  static let resealed: [(name: String, offset: Int, bytes: [UInt8], field: String, problem: FormatError.Problem)] = [
    ("magic", 0, [0x4E], "magic", .wrongMagic(found: "4e33535441545300")),
    ("version", 8, [2], "version", .unsupportedVersion(found: "2", supported: "1")),
    ("entries", 12, [7], "entries", .mismatch(expected: "6 heads of 8", found: "7 of 8")),
    (
      "entries beyond the bytes", 12, [255, 255, 255, 255], "entries",
      .mismatch(expected: "6 heads of 8", found: "4294967295 of 8")
    ),
    ("head dimension", 16, [4], "entries", .mismatch(expected: "6 heads of 8", found: "6 of 4")),
    (
      "no deviation", 20 + 4 * (2 * 6 * 8 + 3), [0, 0, 0, 0], "deviations",
      .outOfRange(found: "0.0", allowed: "positive")
    ),
    (
      "a negative deviation", 20 + 4 * (4 * 6 * 8 - 1), [0, 0, 0x80, 0xBF], "deviations",
      .outOfRange(found: "-1.0", allowed: "positive")
    ),
    ("not a number", 20 + 4 * 17, [0, 0, 0xC0, 0x7F], "elements", .outOfRange(found: "nan", allowed: "finite")),
  ]

  @Test(arguments: resealed.indices)
  func resealedDamage(index: Int) throws {
    let damage = Self.resealed[index]
    var random = Randomness(seed: 6)
    var bytes = HeadStatistics.random(&random, shape).bytes
    bytes.replaceSubrange(damage.offset..<damage.offset + damage.bytes.count, with: damage.bytes)
    var sealed = ByteWriter()
    sealed.append(bytes.dropLast(8))
    sealed.integer(XXH3.hash64(sealed.bytes))
    let error = #expect(throws: FormatError.self) { try HeadStatistics(bytes: sealed.bytes, shape: shape) }
    #expect(error?.problem == damage.problem, "\(damage.name)")
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(damage.field == "entries" ? 12 : damage.offset))
  }

  private func builder(_ memories: [SparseMemory]) -> HeadStatisticsBuilder {
    var builder = HeadStatisticsBuilder(shape: shape)
    for memory in memories { builder.add(memory) }
    return builder
  }
}
