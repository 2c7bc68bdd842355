import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

/// What all codecs share: the head of a payload, and the refusal of damaged ones.
@Suite struct PayloadTests {
  static let names = [BFloat16Codec.name, "int4"]

  private func codec(_ name: String) throws -> any VectorCodec {
    name == BFloat16Codec.name
      ? BFloat16Codec(headDimension: 8) : try ScalarCodec(.int4, statistics: .neutral(.small()))
  }

  /// Counts and positions take one byte up to 255 tokens and two beyond.
  @Test(arguments: names, [0, 1, 254, 255, 256, 257, 65535])
  func widths(name: String, tokenCount: Int) throws {
    var random = Randomness(seed: UInt64(tokenCount))
    let all = min(tokenCount, 300)
    let counts = [0, all, min(1, tokenCount), 0, min(255, tokenCount), 0]
    let memory = SparseMemory(random: &random, shape: .small(), tokenCount: tokenCount, counts: counts)
    let payload = try codec(name).payload(memory)
    let width = tokenCount <= 255 ? 1 : 2
    let head = 2 + width * (6 + memory.rowCount)
    #expect(try payload.count == head + codec(name).vectorByteCount(rowCount: memory.rowCount))
    let decoded = try codec(name).memory(payload, shape: .small())
    #expect(decoded.tokenCount == tokenCount)
    #expect(decoded.counts == memory.counts)
    #expect(decoded.positions == memory.positions)
  }

  @Test(arguments: names, [20, 300])
  func everyTruncationIsAnError(name: String, tokenCount: Int) throws {
    var random = Randomness(seed: 1)
    let memory = SparseMemory(random: &random, shape: .small(), tokenCount: tokenCount, counts: [2, 0, 1, 3, 0, 1])
    let payload = try codec(name).payload(memory)
    for count in payload.indices {
      let error = #expect(throws: FormatError.self) {
        try codec(name).memory(Array(payload[..<count]), shape: .small())
      }
      #expect(error?.byteOffset ?? .max <= count)
    }
    let error = #expect(throws: FormatError.self) { try codec(name).memory(payload + [0], shape: .small()) }
    #expect(error?.field == "vectors")
  }

  /// A payload of one layer and two heads, D = 2, in bf16: 5 tokens, 2 and 1 kept; one thing changed.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout [UInt8]) -> Void
    let field: String
    let offset: UInt64
    let problem: FormatError.Problem
  }

  static let damages = [
    Damage(
      testDescription: "nothing at all", change: { $0 = [] }, field: "token count", offset: 0,
      problem: .truncated(needed: 2, available: 0)),
    Damage(
      testDescription: "cut in the counts", change: { $0 = Array($0[..<3]) }, field: "counts", offset: 2,
      problem: .truncated(needed: 2, available: 1)),
    Damage(
      testDescription: "cut in the positions", change: { $0 = Array($0[..<6]) }, field: "positions", offset: 4,
      problem: .truncated(needed: 3, available: 2)),
    Damage(
      testDescription: "cut in the vectors", change: { $0.removeLast() }, field: "vectors", offset: 7,
      problem: .mismatch(expected: "24 bytes", found: "23")),
    Damage(
      testDescription: "a byte behind the vectors", change: { $0.append(0) }, field: "vectors", offset: 7,
      problem: .mismatch(expected: "24 bytes", found: "25")),
    Damage(
      testDescription: "a count beyond the tokens", change: { ($0[2], $0[3]) = (6, 0) }, field: "positions", offset: 4,
      problem: .malformed("entry 0 keeps 6 of 5 tokens")),
    Damage(
      testDescription: "counts beyond the bytes", change: { ($0[2], $0[3]) = (255, 255) }, field: "positions",
      offset: 4,
      problem: .truncated(needed: 510, available: 27)),
    Damage(
      testDescription: "more counts than vectors", change: { $0[3] = 2 }, field: "positions", offset: 4,
      problem: .malformed("entry 1 has position 128 behind 2 of 5")),
    Damage(
      testDescription: "positions descend", change: { ($0[4], $0[5]) = (4, 1) }, field: "positions", offset: 4,
      problem: .malformed("entry 0 has position 1 behind 4 of 5")),
    Damage(
      testDescription: "a position stands twice", change: { $0[5] = $0[4] }, field: "positions", offset: 4,
      problem: .malformed("entry 0 has position 1 behind 1 of 5")),
    Damage(
      testDescription: "a position behind the reference", change: { $0[6] = 5 }, field: "positions", offset: 4,
      problem: .malformed("entry 1 has position 5 behind -1 of 5")),
    Damage(
      testDescription: "fewer tokens than are kept", change: { $0[0] = 1 }, field: "positions", offset: 4,
      problem: .malformed("entry 0 keeps 2 of 1 tokens")),
    Damage(
      testDescription: "wide numbers where narrow ones stand", change: { $0[1] = 1 }, field: "positions", offset: 6,
      problem: .truncated(needed: 2 * (258 + 1025), available: 25)),
    Damage(
      testDescription: "a key that is infinite", change: { ($0[9], $0[10]) = (0x80, 0x7F) }, field: "vectors",
      offset: 9,
      problem: .outOfRange(found: "inf", allowed: "finite")),
    Damage(
      testDescription: "a value that is no number", change: { ($0[29], $0[30]) = (0xC0, 0x7F) }, field: "vectors",
      offset: 29,
      problem: .outOfRange(found: "nan", allowed: "finite")),
  ]

  @Test(arguments: damages)
  func damageIsPlaced(_ damage: Damage) throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 2, headDimension: 2)
    let memory = SparseMemory(
      shape: shape, tokenCount: 5, counts: [2, 1], positions: [1, 4, 2], keys: [1, 1, 1, 1, 1, 1],
      values: [1, 1, 1, 1, 1, 1])
    let codec = BFloat16Codec(headDimension: 2)
    var payload = try codec.payload(memory)
    #expect(payload.count == 7 + 24)
    damage.change(&payload)
    let error = #expect(throws: FormatError.self) { try codec.memory(payload, shape: shape) }
    #expect(error?.problem == damage.problem)
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == damage.offset)
  }

  @Test(arguments: [(UInt16(0x7C00), "inf"), (0x7E00, "nan"), (0xBC00, "-1.0")], [0, 1])
  func scalesOfInt4AreChecked(scale: (bits: UInt16, printed: String), part: Int) throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 2)
    let memory = SparseMemory(
      shape: shape, tokenCount: 5, counts: [2], positions: [1, 4], keys: [1, 1, 1, 1], values: [1, 1, 1, 1])
    let codec = try ScalarCodec(.int4, statistics: .neutral(shape))
    var payload = try codec.payload(memory)
    // Behind token count, count and two positions: vectors of three bytes, two of keys, then two of values.
    let offset = 5 + part * 6 + 3
    (payload[offset], payload[offset + 1]) = (UInt8(scale.bits & 255), UInt8(scale.bits >> 8))
    let error = #expect(throws: FormatError.self) { try codec.memory(payload, shape: shape) }
    #expect(error?.problem == .outOfRange(found: scale.printed, allowed: "a scale"))
    #expect(error?.byteOffset == UInt64(offset))
  }
}
