import M3Codec
import M3Memory
import M3Planning
import Testing

@Suite("Sizes")
struct SizeTests {
  @Test("a record is as long as the codec writes it", arguments: [(12, 3), (255, 8), (256, 8), (300, 300)])
  func record(_ recipe: (length: Int, kept: Int)) throws {
    let shape = MemoryShape(layers: [0, 1, 2], keyValueHeadCount: 2, headDimension: 16)
    let memory = memory(shape, tokenCount: recipe.length, kept: recipe.kept)
    let size = try size("bf16", recipe)
    #expect(try BFloat16Codec(headDimension: 16).payload(memory).count == size.payloadByteCount)
  }

  @Test("bytes of a vector of 16 elements", arguments: [("int8", 18), ("int4", 10), ("int3", 8), ("int2", 6)])
  func scalar(_ expected: (name: String, bytes: Int)) throws {
    // 3 layers of 2 heads, a key and a value each.
    #expect(try size(expected.name, (12, 3)).vectorByteCount == 3 * 2 * 3 * 2 * expected.bytes)
  }

  @Test("codecs whose codes end within a byte are left out")
  func odd() throws {
    let shape = try ModelShape(
      layerCount: 2, queryHeadCount: 2, keyValueHeadCount: 2, headDimension: 6, feedForwardSize: 1, vocabularySize: 1)
    let names = try MemoryPlan(shape, MemoryRecipe(shape), referenceCount: 1).sizes.map(\.name)
    #expect(
      names == [
        "dense, 2 heads", "bf16", "int8", "int4", "memory3, 1 bytes", "predicted, 32 KB", "predicted, 16 KB",
        "predicted, 8 KB", "predicted, 4 KB",
      ])
  }

  @Test(
    "vectors are compressed as from 160 bytes to 14",
    arguments: [(1, 1), (32, 6), (64, 11), (80, 14), (96, 17), (128, 22), (256, 45)])
  func compression(_ expected: (dimension: Int, bytes: Int)) throws {
    let shape = try ModelShape(
      layerCount: 2, queryHeadCount: 2, keyValueHeadCount: 2, headDimension: expected.dimension, feedForwardSize: 1,
      vocabularySize: 1)
    #expect(MemoryRecipe(shape).vectorSize == expected.bytes)
  }

  private func size(_ name: String, _ recipe: (length: Int, kept: Int)) throws -> CodecSize {
    let shape = try ModelShape(
      layerCount: 3, queryHeadCount: 4, keyValueHeadCount: 2, headDimension: 16, feedForwardSize: 8, vocabularySize: 9)
    var settings = MemoryRecipe(shape, referenceLength: recipe.length)
    (settings.memoryLayerCount, settings.tokensPerHead) = (3, recipe.kept)
    let sizes = try MemoryPlan(shape, settings, referenceCount: 1).sizes
    return try #require(sizes.first { $0.name == name })
  }

  private func memory(_ shape: MemoryShape, tokenCount: Int, kept: Int) -> SparseMemory {
    let rows = shape.entryCount * kept
    let elements = [Float](repeating: 1, count: rows * shape.headDimension)
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: [Int](repeating: kept, count: shape.entryCount),
      positions: (0..<shape.entryCount).flatMap { _ in (0..<kept).map { UInt16($0) } }, keys: elements,
      values: elements)
  }
}
