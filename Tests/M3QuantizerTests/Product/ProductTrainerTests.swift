import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Quantizer
import M3TestSupport
import Testing

@Suite struct ProductTrainerTests {
  static let shape = MemoryShape(layers: [1, 2], keyValueHeadCount: 2, headDimension: 8)

  /// Vectors that are sums of a few hidden directions of very different strength: elements depend on each other.
  private func vectors(_ random: inout Randomness, count: Int) -> [[Float]] {
    let directions = (0..<8).map { _ in random.floats(8) }
    return (0..<count).map { _ in
      let factors = (0..<8).map { (0..<4).reduce(Float(0)) { sum, _ in sum + random.float() } / Float(1 + $0 * $0) }
      return (0..<8).map { element in
        (0..<8).reduce(Float(element)) { $0 + factors[$1] * directions[$1][element] }
      }
    }
  }

  private func sample(
    _ random: inout Randomness, scope: CodebookScope, count: Int, size: Int = 1 << 20
  ) -> (sample: VectorSample, vectors: [[Float]]) {
    var sample = VectorSample(shape: Self.shape, scope: scope, size: size, seed: 1)
    let vectors = vectors(&random, count: count)
    for (index, vector) in vectors.enumerated() {
      sample.add(vector[...], entry: index % 4, part: index / 4 % 2 == 0 ? .keys : .values)
    }
    return (sample, vectors)
  }

  private func squaredError(_ codebook: ProductCodebook, _ vectors: [[Float]], beam: Int = 5) throws -> Double {
    let codec = ProductCodec(codebook, beam: beam)
    let counts = [vectors.count, 0, 0, 0]
    let memory = SparseMemory(
      shape: Self.shape, tokenCount: vectors.count, counts: counts, positions: vectors.indices.map { UInt16($0) },
      keys: vectors.flatMap { $0 }, values: vectors.flatMap { $0 })
    let decoded = try codec.memory(codec.payload(memory), shape: Self.shape)
    return zip(memory.keys, decoded.keys).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      / Double(vectors.count)
  }

  private func trainer(_ name: String, _ layout: ProductLayout, workers: Int = 1) -> ProductTrainer {
    var trainer = ProductTrainer(name: name, layout: layout, seed: 3, workers: workers)
    trainer.iterations = 8
    trainer.refinements = 6
    return trainer
  }

  static let layouts: [(name: String, layout: ProductLayout)] = [
    ("pq", .pq(dimension: 8, subspaces: 2, bits: 4)),
    ("opq", .pq(dimension: 8, subspaces: 3, bits: 3, isRotated: true)),
    ("residual", .residual(dimension: 8, stages: 3, bits: 3)),
    (
      "memory3",
      ProductLayout(
        dimension: 8, isRotated: true,
        stages: [.init(subspaceCount: 2, centroidCount: 16), .init(subspaceCount: 4, centroidCount: 4)])
    ),
  ]

  @Test(arguments: 0..<layouts.count, CodebookScope.allCases)
  func theSameBytesForAnyNumberOfWorkers(layout: Int, scope: CodebookScope) throws {
    let (name, layout) = Self.layouts[layout]
    let books = try [1, 2, 3].map { workers in
      var random = Randomness(seed: 4)
      return try trainer(name, layout, workers: workers).codebook(
        sample(&random, scope: scope, count: 3000).sample, producer: ["model": "none"])
    }
    #expect(books[0].bytes == books[1].bytes && books[0].bytes == books[2].bytes)
    #expect(books[0].sampleSize == 3000 && books[0].producer["model"]?.stringValue == "none")
    #expect(try ProductCodebook(bytes: books[0].bytes, shape: Self.shape) == books[0])
  }

  /// Vectors that are exactly so many points are coded without loss.
  @Test func pointsAreFound() throws {
    var random = Randomness(seed: 6)
    let points = (0..<16).map { _ in random.floats(8, 4).map { Float(Float16($0)) } }
    var sample = VectorSample(shape: Self.shape, scope: .global, size: 1 << 20, seed: 1)
    for index in 0..<800 { sample.add(points[index % 16][...], entry: 0, part: .keys) }
    var trainer = ProductTrainer(
      name: "pq", layout: .pq(dimension: 8, subspaces: 1, bits: 5), seed: 1, workers: 1)
    trainer.iterations = 40
    let error = try squaredError(trainer.codebook(sample, producer: [:]), points)
    // Centroids are rounded to half precision after the mean has been subtracted.
    #expect(error < 1e-4)
  }

  /// Each layout leaves less than the one that it generalizes, at the same number of bits.
  @Test func whatEachPartIsFor() throws {
    var random = Randomness(seed: 9)
    let (sample, vectors) = sample(&random, scope: .global, count: 4000)
    func error(_ name: String, _ layout: ProductLayout, refinements: Int = 20) throws -> Double {
      var trainer = trainer(name, layout)
      trainer.refinements = refinements
      return try squaredError(trainer.codebook(sample, producer: [:]), Array(vectors.prefix(1000)))
    }
    let plain = try error("pq", .pq(dimension: 8, subspaces: 2, bits: 6))
    let rotated = try error("opq", .pq(dimension: 8, subspaces: 2, bits: 6, isRotated: true))
    let residual = try error("residual", .residual(dimension: 8, stages: 2, bits: 6))
    let unrefined = try error("residual", .residual(dimension: 8, stages: 2, bits: 6), refinements: 0)
    #expect(rotated < 0.9 * plain)
    #expect(residual < 0.9 * plain)
    #expect(residual < unrefined)
  }

  /// A scope with cells of few vectors, and one that was never seen.
  @Test func fewVectorsAreEnough() throws {
    var sample = VectorSample(shape: Self.shape, scope: .head, size: 1 << 20, seed: 1)
    var random = Randomness(seed: 1)
    let vectors = vectors(&random, count: 3)
    for vector in vectors { sample.add(vector[...], entry: 0, part: .keys) }
    for (name, layout) in Self.layouts {
      let codebook = try trainer(name, layout).codebook(sample, producer: [:])
      #expect(try squaredError(codebook, vectors) < 1e-3, "\(name)")
    }
    // Far fewer than centroids.
    let large = ProductLayout.pq(dimension: 8, subspaces: 1, bits: 14)
    #expect(try squaredError(trainer("pq", large).codebook(sample, producer: [:]), vectors) < 1e-3)
    let empty = VectorSample(shape: Self.shape, scope: .head, size: 1 << 20, seed: 1)
    let error = #expect(throws: FormatError.self) {
      try trainer("pq", Self.layouts[0].layout).codebook(empty, producer: [:])
    }
    #expect(error?.problem == .missing("vectors"))
  }

  @Test func theSampleIsBoundedAndUniform() {
    var random = Randomness(seed: 1)
    var places = [Int](repeating: 0, count: 10)
    for seed in 0..<400 {
      var sample = VectorSample(shape: Self.shape, scope: .part, size: 40, seed: UInt32(seed))
      for index in 0..<200 {
        sample.add([Float](repeating: Float(index), count: 8)[...], entry: random.integer(below: 4), part: .values)
      }
      #expect(sample.count == 20 && sample.limit == 20)
      for vector in sample.vectors(cell: 1) { places[Int(vector[0]) / 20] += 1 }
    }
    // 8,000 draws over tenths: 800 each, standard deviation about 27.
    #expect(places.reduce(0, +) == 8000 && places.allSatisfy { (680...920).contains($0) }, "\(places)")
  }
}
