import M3Bank
import M3JSON
import M3Stage

/// What kind of index is made, and how it is searched.
public struct IndexConfiguration: Sendable, Equatable {
  /// faiss's string for the kind of index; never `auto`.
  public let factory: String
  /// Candidates of each vector that a graph looks at as it is built: faiss's `efConstruction`.
  public let graphEffort: Int
  /// Candidates of a search in a graph: faiss's `efSearch`.
  public let graphSearch: Int
  /// Lists that a search looks at: faiss's `nprobe`.
  public let probes: Int
  /// Vectors that an index with lists or codes learns from, at most: a uniform sample.
  public let trainingCount: Int

  /// - Parameters:
  ///   - factory: one of faiss's strings, or `auto`.
  ///   - trainingCount: nil for 64 a list, and 262,144 at least.
  ///   - dimension: of the vectors to come.
  ///   - count: of the vectors to come.
  /// - Throws: ``StageError`` `usage` for what cannot be made of vectors of this dimension and number; an empty one is made.
  public init(
    factory: String = "auto", graphEffort: Int = 40, graphSearch: Int = 64, probes: Int = 32,
    trainingCount: Int? = nil, dimension: Int, count: Int
  ) throws {
    self.factory = factory == "auto" ? Self.automatic(dimension: dimension, count: count) : factory
    self.graphEffort = graphEffort
    self.graphSearch = graphSearch
    self.probes = probes
    guard self.factory.utf8.count <= IndexManifest.Limits.factoryLength, dimension <= IndexManifest.Limits.dimension
    else { throw StageError.usage("index.factory: too long, or vectors of \(dimension) elements") }
    let kind = try IndexFactory(self.factory, dimension: dimension)
    self.trainingCount = trainingCount ?? max(Self.leastTrainingCount, 64 * kind.listCount)
    try kind.requireTraining(self.factory, count: min(count, self.trainingCount))
    do {
      _ = try empty(dimension: dimension)
    } catch {
      throw StageError.usage("index.factory \(self.factory) for vectors of \(dimension) elements: \(error)")
    }
  }

  private static let leastTrainingCount = 262_144
  /// Up to here, comparing with all vectors takes some 20 ms (50,000 × 384 elements).
  private static let largestFlat = 50_000
  /// Up to here a graph fits into memory (384 elements with 32 links: 1.8 KB a vector) and is built in hours.
  private static let largestGraph = 4_000_000

  /// `Flat`, `HNSW32`, or lists of product-quantized codes.
  package static func automatic(dimension: Int, count: Int) -> String {
    if count <= largestFlat { return "Flat" }
    if count <= largestGraph { return "HNSW32" }
    // 4·√N lists, the usual number, to the nearest power of two.
    let size = 4 * Double(count).squareRoot()
    let lists = 1 << (Int(size.exponent) + (size.significand >= 2.0.squareRoot() ? 1 : 0))
    // A byte for 8 elements and 48 at most; the dimension must divide into them.
    let most = min(48, max(1, dimension / 8))
    let codes = stride(from: most, through: 1, by: -1).first { dimension % $0 == 0 } ?? 1
    return "IVF\(lists),PQ\(codes)x8"
  }

  /// An empty index, its parameters set.
  func empty(dimension: Int) throws(FaissError) -> FaissIndex {
    let index = try FaissIndex(factory: factory, dimension: dimension)
    for (name, value) in construction(index) { try index.set(name, value) }
    for (name, value) in search(index) { try index.set(name, value) }
    return index
  }

  private func construction(_ index: FaissIndex) -> [String: Int] { taken(["efConstruction": graphEffort], by: index) }

  /// What of the search's parameters this kind of index has, by faiss's names.
  func search(_ index: FaissIndex) -> [String: Int] { taken(["efSearch": graphSearch, "nprobe": probes], by: index) }

  private func taken(_ parameters: [String: Int], by index: FaissIndex) -> [String: Int] {
    parameters.filter { name, value in (try? index.set(name, value)) != nil }
  }

  /// What decides the index's bytes, besides the vectors.
  var json: JSONObject {
    [
      "ef_construction": .integer(Int64(graphEffort)), "ef_search": .integer(Int64(graphSearch)),
      "factory": .string(factory), "nprobe": .integer(Int64(probes)),
      "training_vectors": .integer(Int64(trainingCount)),
    ]
  }
}
