import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport
import Testing

@Suite struct ProductCodebookTests {
  static let shape = MemoryShape.small(dimension: 16)

  private func codebook(_ layout: Int = 2, scope: CodebookScope = .part) -> ProductCodebook {
    var random = Randomness(seed: 3)
    let (name, layout) = ProductLayout.samples(dimension: 16)[layout]
    return .random(&random, Self.shape, scope, name, layout)
  }

  @Test(arguments: 0..<6, CodebookScope.allCases) func roundTrip(layout: Int, scope: CodebookScope) throws {
    let codebook = codebook(layout, scope: scope)
    #expect(try ProductCodebook(bytes: codebook.bytes, shape: Self.shape) == codebook)
  }

  @Test func cellsOfEachScope() {
    #expect(CodebookScope.allCases.map { $0.cellCount(Self.shape) } == [1, 2, 4, 12])
    for scope in CodebookScope.allCases {
      let cells = (0..<6).flatMap { entry in
        HeadStatistics.Part.allCases.map { scope.cell(entry: entry, part: $0, Self.shape) }
      }
      #expect(Set(cells) == Set(0..<scope.cellCount(Self.shape)))
    }
  }

  @Test func everyTruncationAndEveryFlippedBitIsRefused() {
    let bytes = codebook(0, scope: .global).bytes
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self) { try ProductCodebook(bytes: Array(bytes[..<count]), shape: Self.shape) }
    }
    for bit in 0..<8 * bytes.count {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self) { try ProductCodebook(bytes: changed, shape: Self.shape) }
    }
    #expect(throws: FormatError.self) { try ProductCodebook(bytes: bytes + [0], shape: Self.shape) }
  }

  @Test func anotherModelsShapeIsRefused() {
    let bytes = codebook().bytes
    for shape in [
      MemoryShape(layers: [3, 8], keyValueHeadCount: 3, headDimension: 16),
      MemoryShape(layers: [3, 7], keyValueHeadCount: 2, headDimension: 16),
      MemoryShape(layers: [3, 7], keyValueHeadCount: 3, headDimension: 8),
    ] {
      let error = #expect(throws: FormatError.self) { try ProductCodebook(bytes: bytes, shape: shape) }
      guard case .mismatch? = error?.problem else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  /// Bytes with a valid sum whose content is not: the error names the field and where it stands.
  @Test func wrongContentsAreNamed() throws {
    let original = codebook(2, scope: .global).bytes
    let description = 24 + Int(original[20]) + Int(original[21]) << 8
    let cells = description + 16
    let cases: [(offset: Int, bytes: [UInt8], field: String, at: Int)] = [
      (8, [2], "version", 8), (22, [0xff], "description length", 20), (24, [0x78], "JSON", 24),
      (description, [2], "stages", description), (description + 4, [0], "stages", description),
      (description + 4, [65], "stages", description), (description + 8, [17], "stages", description),
      (description + 12, [1], "stages", description), (description + 12, [65], "cells", cells),
      (cells, [0, 0, 0xc0, 0x7f], "mean", cells), (cells + 68, [0, 0, 0x80, 0x7f], "rotation", cells + 68),
      (cells + 64, [0, 0, 0, 0x40], "rotation", cells + 64),
      (cells + 64 + 1024 + 2, [0, 0x7c], "centroids", cells + 64 + 1024 + 2),
    ]
    for change in cases {
      var bytes = Array(original.dropLast(8))
      bytes.replaceSubrange(change.offset..<change.offset + change.bytes.count, with: change.bytes)
      var writer = ByteWriter()
      writer.append(bytes)
      writer.integer(XXH3.hash64(bytes))
      let error = #expect(throws: FormatError.self) { try ProductCodebook(bytes: writer.bytes, shape: Self.shape) }
      #expect(error?.field.hasPrefix(change.field) == true, "\(String(describing: error))")
      #expect(error?.byteOffset == UInt64(change.at), "\(String(describing: error))")
    }
  }

  /// Orthogonal or not, a rotation can bring centroids beyond half precision.
  @Test func centroidsOfAnySizeAreRotatedBack() throws {
    let layout = ProductLayout.pq(dimension: 16, subspaces: 1, bits: 1, isRotated: true)
    let cell = ProductCell(
      mean: Array(repeating: 0, count: 16), rotation: Array(repeating: 1, count: 256),
      centroids: Array(repeating: 60_000, count: 32))
    let decoded = try decodedZeros(ProductCodec(codebook("opq", layout, cell)))
    #expect(decoded.allSatisfy { abs($0 - 960_000) < 60 }, "\(decoded)")
  }

  /// As many codes as there can be, and the largest of each.
  @Test(arguments: [Float(-1), 1]) func sumsOfAllCodesFit(sign: Float) throws {
    let layout = ProductLayout.residual(dimension: 16, stages: 64, bits: 1)
    let cell = ProductCell(
      mean: (0..<16).map { Float($0) }, rotation: [],
      centroids: (0..<64 * 32).map { sign * Float(Float16(1 + Float($0 / 32) / 100)) })
    let exact = (0..<64).reduce(Float(0)) { $0 + cell.centroids[32 * $1] }
    let decoded = try decodedZeros(ProductCodec(codebook("residual", layout, cell)))
    // Half a step of each code.
    for (element, value) in decoded.enumerated() {
      #expect(abs(value - exact - cell.mean[element % 16]) < 32 * abs(exact) / 32_700 + 0.001)
    }
  }

  /// Where all centroids are zero, or as small as numbers can be, the mean is left.
  @Test(arguments: [0, Float.leastNonzeroMagnitude]) func sumsOfNothing(scale: Float) throws {
    let layout = ProductLayout.pq(dimension: 16, subspaces: 2, bits: 1, isRotated: true)
    let cell = ProductCell(
      mean: Array(repeating: 3, count: 16), rotation: Array(repeating: scale, count: 256),
      centroids: Array(repeating: 1, count: 32))
    #expect(try decodedZeros(ProductCodec(codebook("opq", layout, cell))).allSatisfy { $0 == 3 })
  }

  private func codebook(_ name: String, _ layout: ProductLayout, _ cell: ProductCell) throws -> ProductCodebook {
    let codebook = ProductCodebook(
      name: name, shape: Self.shape, scope: .global, layout: layout, cells: [cell], producer: [:], seed: 0,
      sampleSize: 1)
    return try ProductCodebook(bytes: codebook.bytes, shape: Self.shape)
  }

  /// The keys of a memory of zeros, coded and decoded.
  private func decodedZeros(_ codec: ProductCodec) throws -> [Float] {
    let entries = Self.shape.entryCount
    let zeros = [Float](repeating: 0, count: entries * Self.shape.headDimension)
    let memory = SparseMemory(
      shape: Self.shape, tokenCount: 1, counts: Array(repeating: 1, count: entries),
      positions: Array(repeating: 0, count: entries), keys: zeros, values: zeros)
    return try codec.memory(codec.payload(memory), shape: Self.shape).keys
  }
}
