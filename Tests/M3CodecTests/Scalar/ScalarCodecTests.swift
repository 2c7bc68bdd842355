import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport
import Testing

@Suite struct ScalarCodecTests {
  @Test(arguments: [(ScalarWidth.int8, 66), (.int4, 34), (.int3, 26), (.int2, 18)])
  func bytesOfAVectorOf64Elements(width: ScalarWidth, bytes: Int) throws {
    let codec = try ScalarCodec(width, statistics: .neutral(.small(dimension: 64)))
    #expect(codec.vectorSize == bytes)
    #expect(codec.vectorByteCount(rowCount: 720) == 2 * bytes * 720)
    #expect(codec.description["name"]?.stringValue == width.name)
    #expect(ScalarWidth(name: width.name) == width)
  }

  @Test(arguments: [(ScalarWidth.int4, 7), (.int3, 12), (.int2, 6)])
  func codesThatAreNotWholeBytesAreRefused(width: ScalarWidth, dimension: Int) {
    let error = #expect(throws: FormatError.self) {
      try ScalarCodec(width, statistics: .neutral(.small(dimension: dimension)))
    }
    #expect(
      error?.problem
        == .unsupported(found: "\(width.name) for a head dimension of \(dimension): codes that are not whole bytes"))
  }

  /// A step of a code less, half the levels: four times the squared error, and clipping wins back some of it.
  @Test func moreBitsLeaveLess() throws {
    var random = Randomness(seed: 3)
    let shape = MemoryShape.small(dimension: 64)
    let memory = SparseMemory(
      random: &random, shape: shape, tokenCount: 20, counts: [9, 9, 9, 9, 9, 9], magnitude: 1)
    let errors = try ScalarWidth.allCases.map { width in
      let codec = try ScalarCodec(width, statistics: .neutral(shape))
      let decoded = try codec.memory(codec.payload(memory), shape: shape)
      return zip(memory.keys, decoded.keys).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 3456 * 3
    }
    // A uniform element's variance is 1/3; 2^bits levels over −1 … 1 leave 4^−bits of it, more where a vector's largest
    // element is clipped for the others' sake.
    for (width, error) in zip(ScalarWidth.allCases, errors) {
      let whole = Double((1 << width.bits) - 1)
      #expect(error < 1.1 / (whole * whole) && error > 0.5 / (whole * whole), "\(width.name): \(error)")
    }
  }

  /// Every element is the level nearest to it, of the 16 that the vector's stored scale spans about the mean.
  @Test(arguments: 1...10, [Float(1e-3), 1, 1000])
  func eachElementIsTheNearestLevel(seed: Int, magnitude: Float) throws {
    let (memory, statistics) = sample(seed: seed, magnitude: magnitude)
    let vectors = try vectors(memory, statistics)
    for vector in vectors {
      let levels = (0..<16).map { vector.scale * (Double($0) - 7.5) }
      for (found, centred) in zip(vector.decoded, vector.centred) {
        let nearest = levels.map { ($0 - centred).magnitude }.min()!
        #expect((found - centred).magnitude <= nearest + 2e-5 * Double(max(1, magnitude)))
      }
    }
    #expect(vectors.count == 2 * memory.rowCount)
  }

  /// The scale is never worse than the one that spans the largest element.
  @Test(arguments: 1...10)
  func scaleIsNeverWorseThanThePlainOne(seed: Int) throws {
    let (memory, statistics) = sample(seed: seed, magnitude: 2)
    var isBetterSomewhere = false
    for vector in try vectors(memory, statistics) {
      let largest = vector.centred.reduce(0) { max($0, $1.magnitude) }
      let scale = Double(Float16(largest / 7.5))
      func squaredError(_ decoded: [Double]) -> Double {
        zip(decoded, vector.centred).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      let plain = squaredError(
        vector.centred.map { value in
          (0..<16).map { scale * (Double($0) - 7.5) }.min { ($0 - value).magnitude < ($1 - value).magnitude }!
        })
      #expect(squaredError(vector.decoded) <= plain * (1 + 1e-5))
      if squaredError(vector.decoded) < plain * 0.99 { isBetterSomewhere = true }
    }
    #expect(isBetterSomewhere)
  }

  @Test func relativeErrorOfUniformElements() throws {
    let (memory, _) = sample(seed: 4, magnitude: 1, dimension: 64)
    var (error, power) = (0.0, 0.0)
    for vector in try vectors(memory, .neutral(memory.shape)) {
      for (found, truth) in zip(vector.decoded, vector.centred) {
        error += (found - truth) * (found - truth)
        power += truth * truth
      }
    }
    // Steps of a/7.5 over −a...a leave (a/7.5)²/12 of a²/3.
    #expect(error / power < 1.05 / 225)
  }

  @Test func vectorsEqualToTheMeanAreExact() throws {
    var random = Randomness(seed: 9)
    let shape = MemoryShape.small()
    let statistics = HeadStatistics.random(&random, shape)
    let memory = SparseMemory(random: &random, shape: shape, tokenCount: 4, counts: [1, 1, 1, 1, 1, 1])
    func vectors(_ part: Int) -> [Float] {
      (0..<6).flatMap { statistics.means[(2 * $0 + part) * 8..<(2 * $0 + part + 1) * 8] }
    }
    let exact = memory.with(keys: vectors(0), values: vectors(1))
    let codec = try ScalarCodec(.int4, statistics: statistics)
    #expect(try codec.memory(codec.payload(exact), shape: shape) == exact)
  }

  @Test func scalesBelowHalfPrecisionBecomeTheMean() throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 2)
    let codec = try ScalarCodec(
      .int4, statistics: HeadStatistics(shape: shape, means: [1, 2, 3, 4], deviations: [1, 1, 1, 1]))
    let memory = SparseMemory(
      shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: [1, Float(2).nextUp], values: [3, 4])
    let decoded = try codec.memory(codec.payload(memory), shape: shape)
    #expect(decoded.keys.map { $0.rounded() } == [1, 2])
    #expect(decoded.values == [3, 4])
  }

  @Test func layoutOfFourBits() throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 4)
    let codec = try ScalarCodec(
      .int4,
      statistics: HeadStatistics(
        shape: shape, means: [0, 0, 0, 0, 10, 10, 10, 10], deviations: [1, 1, 1, 1, 1, 1, 1, 2]))
    // Levels at odd multiples of one half: scale 1 is exact, and the low nibble comes first.
    let memory = SparseMemory(
      shape: shape, tokenCount: 2, counts: [1], positions: [1], keys: [-7.5, 7.5, -0.5, 0.5],
      values: [17.5, 2.5, 11.5, 15])
    let payload = try codec.payload(memory)
    #expect(Hexadecimal.string(payload) == "0200" + "01" + "01" + "003c" + "f087" + "003c" + "0fa9")
    #expect(try codec.memory(payload, shape: shape) == memory)
  }

  @Test(arguments: [(ScalarWidth.int8, "00ff7f8040bf01fe"), (.int3, "c0fd67"), (.int2, "2bb1")])
  func layoutOfOtherWidths(width: ScalarWidth, codes: String) throws {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 8)
    let most = Float((1 << width.bits) - 1)
    let half = most / 2
    // Scale 1 is exact: the levels of these codes, the first in the lowest bits.
    let levels: [Float] =
      switch width {
      case .int8: [0, 255, 127, 128, 64, 191, 1, 254]
      case .int3: [0, 0, 7, 6, 7, 7, 1, 3].map { Float($0) }
      default: [3, 2, 2, 0, 1, 0, 3, 2].map { Float($0) }
      }
    let vector = levels.map { $0 - half }
    let codec = try ScalarCodec(width, statistics: .neutral(shape))
    let memory = SparseMemory(
      shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: vector, values: vector)
    let payload = try codec.payload(memory)
    #expect(Hexadecimal.string(payload.dropFirst(4)) == "003c" + codes + "003c" + codes)
    #expect(try codec.memory(payload, shape: shape) == memory)
  }

  @Test(arguments: [(Float.nan, "nan"), (.infinity, "inf"), (500_000, "500000.0")])
  func whatCannotBeExpressedIsRefused(value: Float, found: String) {
    let shape = MemoryShape(layers: [0], keyValueHeadCount: 1, headDimension: 2)
    let memory = SparseMemory(
      shape: shape, tokenCount: 1, counts: [1], positions: [0], keys: [1, value], values: [3, 4])
    let error = #expect(throws: FormatError.self) {
      try ScalarCodec(.int4, statistics: .neutral(shape)).payload(memory)
    }
    guard case .outOfRange(found, _)? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// A vector as it went in and as it came out, both less the mean and over the deviation.
  private struct Vector {
    var scale: Double
    var centred: [Double]
    var decoded: [Double]
  }

  private func sample(seed: Int, magnitude: Float, dimension: Int = 16) -> (SparseMemory, HeadStatistics) {
    var random = Randomness(seed: UInt64(seed))
    let shape = MemoryShape.small(dimension: dimension)
    let counts = (0..<6).map { _ in random.integer(below: 12) }
    let memory = SparseMemory(random: &random, shape: shape, tokenCount: 20, counts: counts, magnitude: magnitude)
    return (memory, .random(&random, shape))
  }

  private func vectors(_ memory: SparseMemory, _ statistics: HeadStatistics) throws -> [Vector] {
    let codec = try ScalarCodec(.int4, statistics: statistics)
    let payload = try codec.payload(memory)
    let decoded = try codec.memory(payload, shape: memory.shape)
    let dimension = memory.shape.headDimension
    let entries = memory.counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
    let size = 2 + dimension / 2
    let vectorsStart = payload.count - 2 * memory.rowCount * size
    return [(memory.keys, decoded.keys), (memory.values, decoded.values)].enumerated().flatMap { part, pair in
      entries.indices.map { row in
        let first = (2 * entries[row] + part) * dimension
        let mean = statistics.means[first..<first + dimension]
        let deviation = statistics.deviations[first..<first + dimension]
        let elements = row * dimension..<(row + 1) * dimension
        let place = vectorsStart + (part * memory.rowCount + row) * size
        let bits = UInt16(payload[place]) | UInt16(payload[place + 1]) << 8
        return Vector(
          scale: Double(Float16(bitPattern: bits)),
          // What the codec sees: the quotient in single precision.
          centred: zip(zip(pair.0[elements], mean), deviation).map { Double(($0.0 - $0.1) / $1) },
          decoded: zip(zip(pair.1[elements], mean), deviation).map { (Double($0.0) - Double($0.1)) / Double($1) })
      }
    }
  }
}
