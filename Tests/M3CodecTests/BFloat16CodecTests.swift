import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct BFloat16CodecTests {
  @Test(arguments: 1...10)
  func roundTripRoundsEachElement(seed: Int) throws {
    var random = Randomness(seed: UInt64(seed))
    let shape = MemoryShape.small()
    let counts = (0..<6).map { _ in random.integer(below: 20) }
    let memory = SparseMemory(random: &random, shape: shape, tokenCount: 30, counts: counts)
    let codec = BFloat16Codec(headDimension: 8)
    let payload = try codec.payload(memory)
    #expect(payload.count == 2 + 6 + memory.rowCount + codec.vectorByteCount(rowCount: memory.rowCount))
    let rounded = memory.with(keys: memory.keys.map(nearestBFloat16), values: memory.values.map(nearestBFloat16))
    let decoded = try codec.memory(payload, shape: shape)
    #expect(decoded == rounded)
    #expect(try codec.payload(decoded) == payload)
  }

  @Test func bytesAreThePapers() {
    // Section 3.3: (22 layers, 2, 8 heads, 8 tokens, 80 elements) in bfloat16.
    #expect(BFloat16Codec(headDimension: 80).vectorByteCount(rowCount: 22 * 8 * 8) == 450_560)
  }

  @Test func layout() throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 2, headDimension: 2)
    let memory = SparseMemory(
      shape: shape, tokenCount: 9, counts: [2, 1], positions: [0, 8, 3], keys: [1, -2, 0.5, 0, 3, 4],
      values: [1, 1, 1, 1, 1, -1])
    let payload = try BFloat16Codec(headDimension: 2).payload(memory)
    #expect(
      Hexadecimal.string(payload)
        == "0900" + "0201" + "000803" + "803f00c0003f000040408040" + "803f803f803f803f803f80bf")
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
  func whatBFloat16CannotExpressIsRefused(value: Float) throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 2)
    let memory = SparseMemory(
      shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: [1, 2], values: [3, value])
    let error = #expect(throws: FormatError.self) { try BFloat16Codec(headDimension: 2).payload(memory) }
    #expect(error?.problem == .outOfRange(found: "\(value)", allowed: "finite in bfloat16"))
  }

  /// Of the two neighbours with 16 bits, the nearer one, the even one of two as near.
  private func nearestBFloat16(_ value: Float) -> Float {
    let low = UInt16(value.bitPattern >> 16)
    let neighbours = [low, low + 1].map { (bits: $0, value: Float(bitPattern: UInt32($0) << 16)) }
    let distances = neighbours.map { (Double($0.value) - Double(value)).magnitude }
    if distances[0] == distances[1] { return neighbours[low.isMultiple(of: 2) ? 0 : 1].value }
    return neighbours[distances[0] < distances[1] ? 0 : 1].value
  }
}
