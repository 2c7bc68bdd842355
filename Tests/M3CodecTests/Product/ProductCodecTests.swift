import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import M3Tensor
import Testing

@Suite struct ProductCodecTests {
  static let dimension = 16
  static let layoutCount = ProductLayout.samples(dimension: dimension).count

  private func memory(_ random: inout Randomness, _ shape: MemoryShape) -> SparseMemory {
    SparseMemory(random: &random, shape: shape, tokenCount: 20, counts: [3, 0, 5, 1, 2, 7], magnitude: 3)
  }

  /// Codes of a payload's vectors, bit by bit.
  private func codes(_ payload: [UInt8], _ codec: ProductCodec, rows: Int) -> [[Int]] {
    let first = payload.count - 2 * rows * codec.vectorSize
    return (0..<2 * rows).map { row in
      var bit = (first + row * codec.vectorSize) * 8
      return codec.codebook.layout.codes.map { code in
        defer { bit += code.bits }
        return (0..<code.bits).reduce(0) { $0 | Int(payload[(bit + $1) / 8] >> UInt8((bit + $1) % 8) & 1) << $1 }
      }
    }
  }

  /// Every vector gets codes as near as those of a search through all centroids in double precision, and decodes to their sum.
  @Test(arguments: 0..<layoutCount, CodebookScope.allCases)
  func codesAreThoseOfTheDefinition(layout: Int, scope: CodebookScope) throws {
    let (name, layout) = ProductLayout.samples(dimension: Self.dimension)[layout]
    var random = Randomness(seed: 5)
    let shape = MemoryShape.small(dimension: Self.dimension)
    let codebook = ProductCodebook.random(&random, shape, scope, name, layout)
    let memory = memory(&random, shape)
    let beam = layout.isResidual ? 3 : 1
    let codec = ProductCodec(codebook, beam: beam)
    let payload = try codec.payload(memory)
    let decoded = try codec.memory(payload, shape: shape)
    #expect(decoded.positions == memory.positions && decoded.counts == memory.counts)
    let entries = memory.counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
    let found = codes(payload, codec, rows: memory.rowCount)
    for (part, vectors) in [(HeadStatistics.Part.keys, memory.keys), (.values, memory.values)] {
      for row in entries.indices {
        let plain = PlainProductCell(
          layout: layout, cell: codebook.cells[scope.cell(entry: entries[row], part: part, shape)])
        let elements = row * Self.dimension..<(row + 1) * Self.dimension
        let x = Array(vectors[elements])
        let codes = found[part.rawValue * memory.rowCount + row]
        func error(_ codes: [Int]) -> Double {
          zip(plain.decoded(codes), x).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
        }
        #expect(error(codes) <= error(plain.codes(x, beam: beam)) * (1 + 1e-5))
        let output = Array((part == .keys ? decoded.keys : decoded.values)[elements])
        for (found, truth) in zip(output, plain.decoded(codes)) {
          // At most 8 centroids of at most 12, each rounded to a step of one part in 32,700 of their sum.
          #expect((Double(found) - truth).magnitude < 0.012)
        }
      }
    }
  }

  @Test(arguments: 0..<layoutCount, [1, 2, 5])
  func everySetOfKernelsGivesTheSameBytes(layout: Int, beam: Int) throws {
    let (name, layout) = ProductLayout.samples(dimension: Self.dimension)[layout]
    var random = Randomness(seed: 11)
    let shape = MemoryShape.small(dimension: Self.dimension)
    let codebook = ProductCodebook.random(&random, shape, .layer, name, layout)
    let memory = memory(&random, shape)
    let results = try Kernels.available.map { kernels in
      let codec = ProductCodec(codebook, beam: beam, kernels: kernels)
      let payload = try codec.payload(memory)
      return (payload, try codec.memory(payload, shape: shape))
    }
    for result in results {
      #expect(result.0 == results[0].0)
      #expect(result.1 == results[0].1)
    }
  }

  @Test func aLongerBeamLeavesLess() throws {
    var random = Randomness(seed: 2)
    let shape = MemoryShape.small(dimension: Self.dimension)
    let codebook = ProductCodebook.random(
      &random, shape, .global, "residual", .residual(dimension: Self.dimension, stages: 4, bits: 4))
    let memory = memory(&random, shape)
    let errors = try [1, 4, 16].map { beam in
      let codec = ProductCodec(codebook, beam: beam)
      let decoded = try codec.memory(codec.payload(memory), shape: shape)
      return zip(memory.keys + memory.values, decoded.keys + decoded.values).reduce(0.0) {
        $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
      }
    }
    #expect(errors[1] < errors[0] && errors[2] < errors[1])
  }

  @Test func bytesOfTheNamedLayouts() throws {
    // The paper's: 14 bytes at 80 elements (section 3.3).
    #expect(ProductLayout.memory3(dimension: 80, bytes: 14)?.vectorSize == 14)
    #expect(ProductLayout.memory3(dimension: 80, bytes: 14)?.stages.last?.bits == 10)
    #expect(ProductLayout.memory3(dimension: 64, bytes: 11)?.vectorSize == 11)
    #expect(ProductLayout.memory3(dimension: 64, bytes: 4) == nil)
    #expect(ProductLayout.memory3(dimension: 64, bytes: 21) == nil)
    #expect(ProductLayout.pq(dimension: 64, subspaces: 11, bits: 8).vectorSize == 11)
    #expect(ProductLayout.pq(dimension: 64, subspaces: 16, bits: 6).vectorSize == 12)
    #expect(ProductLayout.residual(dimension: 64, stages: 7, bits: 12).vectorSize == 11)
    // 64 = 9 · 6 + 2 · 5.
    #expect(
      ProductLayout.pq(dimension: 64, subspaces: 11, bits: 8).codes.map(\.elements.count) == [
        6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5,
      ])
  }

  @Test func codesBeyondTheCodebookAreRefusedWithTheirOffset() throws {
    var random = Randomness(seed: 8)
    let shape = MemoryShape.small(dimension: Self.dimension)
    // Codes of 2 and 4 bits, of 3 and 11 centroids, and 2 bits behind them.
    let (name, layout) = ProductLayout.samples(dimension: Self.dimension)[4]
    let codec = ProductCodec(.random(&random, shape, .part, name, layout))
    let memory = memory(&random, shape)
    let payload = try codec.payload(memory)
    #expect(codec.vectorSize == 1)
    let vectors = payload.count - 2 * memory.rowCount
    for place in [vectors, vectors + 4, payload.count - 1] {
      for value in UInt8.min...(.max) {
        var changed = payload
        changed[place] = value
        let isGood = value & 3 < 3 && value >> 2 & 15 < 11 && value >> 6 == 0
        let found = Result { try changed.withUnsafeBytes { try codec.check($0, shape: shape) } }
        switch found {
        case .success(let count): #expect(isGood && count == memory.tokenCount)
        case .failure(let error as FormatError):
          #expect(!isGood && error.byteOffset == UInt64(place) && error.field == "vectors")
        case .failure(let error): Issue.record(error)
        }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteIsRefused(value: Float) throws {
    var random = Randomness(seed: 8)
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: Self.dimension)
    let (name, layout) = ProductLayout.samples(dimension: Self.dimension)[0]
    let codec = ProductCodec(.random(&random, shape, .part, name, layout))
    var values = random.floats(Self.dimension)
    values[5] = value
    let memory = SparseMemory(
      shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: random.floats(Self.dimension), values: values)
    let error = #expect(throws: FormatError.self) { try codec.payload(memory) }
    #expect(error?.problem == .outOfRange(found: "\(value)", allowed: "finite"))
  }

  /// A memory without a kept token, and one of every payload's truncations.
  @Test func emptyAndTruncated() throws {
    var random = Randomness(seed: 8)
    let shape = MemoryShape.small(dimension: Self.dimension)
    let (name, layout) = ProductLayout.samples(dimension: Self.dimension)[5]
    let codec = ProductCodec(.random(&random, shape, .head, name, layout))
    let empty = SparseMemory(
      shape: shape, tokenCount: 0, counts: [0, 0, 0, 0, 0, 0], positions: [], keys: [], values: [])
    #expect(try codec.memory(codec.payload(empty), shape: shape) == empty)
    let payload = try codec.payload(memory(&random, shape))
    for count in 0..<payload.count {
      #expect(throws: FormatError.self) { try codec.memory(Array(payload[..<count]), shape: shape) }
    }
  }
}
