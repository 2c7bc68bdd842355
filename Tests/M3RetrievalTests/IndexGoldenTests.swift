import Foundation
import M3Bank
import M3Bytes
import M3JSON
import M3Retrieval
import M3TestSupport
import Testing

/// faiss's Python package: files that it wrote, and where it is installed, files that it reads.
@Suite("Beside faiss-cpu") struct IndexGoldenTests {
  struct Golden {
    let factory: String
    let search: [String: Int]
    let sha256: SHA256Digest
    /// Of each query.
    let ids: [[Int]]
    let scores: [[Float]]

    init(_ name: String) throws {
      let fields: JSONFields = try Fixtures.golden("faiss/golden.json").required("indexes", as: JSONFields.self)
        .required(name)
      factory = try fields.required("factory")
      let parameters: JSONFields = try fields.required("search")
      var search: [String: Int] = [:]
      for (key, _) in parameters.object.members { search[key] = try parameters.required(key) }
      self.search = search
      sha256 = try #require(SHA256Digest(hexadecimal: fields.required("sha256")))
      ids = try fields.required("ids")
      scores = try fields.required("scores", as: [[Double]].self).map { $0.map { Float($0) } }
    }
  }

  static let table = TableEmbedder.exact(seed: 1, count: 300, dimension: 16)
  static let queries = TableEmbedder.exact(seed: 2, count: 20, dimension: 16)

  /// Of hits with equal scores the order is free, and at the end which of them are there.
  private static func expectSame(
    _ index: RetrievalIndex, ids: [[Int]], scores: [[Float]], tolerance: Float, _ what: Comment
  ) throws {
    for (row, expected) in ids.enumerated() {
      let found = try index.search(queries.row(row), count: 10)
      #expect(found.count == 10, what)
      for (hit, score) in zip(found, scores[row]) { #expect(abs(hit.score - score) <= tolerance, what) }
      let last = scores[row][9] + 2 * tolerance
      let sure = zip(expected, scores[row]).filter { $0.1 > last }.map(\.0)
      #expect(Set(sure) == Set(found.filter { $0.score > last }.map(\.position)), what)
    }
  }

  @Test("Files that faiss-cpu wrote give its hits", arguments: ["flat", "hnsw", "ivfpq"])
  func reads(name: String) throws {
    let golden = try Golden(name)
    let bytes = try ReadableFile.contents(of: Fixtures.path("faiss/\(name).faiss"), limit: 1 << 20)
    #expect(SHA256Digest.of(bytes) == golden.sha256)
    let bank = try IndexedBank(Self.table, shardCounts: [200, 100])
    try bank.write(bytes, "index.faiss")
    let manifest = try IndexManifest(
      bankRoot: try bank.open().manifest.root, embedder: [:], factory: golden.factory, dimension: 16, count: 300,
      search: golden.search, size: UInt64(bytes.count), sha256: golden.sha256)
    try bank.write(manifest.serialized(), "index.json")
    // Products of codes are summed in another order by another version.
    try Self.expectSame(
      try RetrievalIndex(bank: bank.open()), ids: golden.ids, scores: golden.scores,
      tolerance: name == "ivfpq" ? 1e-5 : 0, "\(name)")
  }

  @Test("A Flat file of ours is faiss-cpu's, byte for byte") func flatIsTheSame() throws {
    let bank = try IndexedBank(Self.table, shardCounts: [200, 100])
    try bank.index(Self.table)
    #expect(try SHA256Digest.of(bank.read("index.faiss")) == Golden("flat").sha256)
  }

  /// Python with faiss, where it is: `M3_PYTHON`, or `python3`.
  static let python: String? = {
    let python = ProcessInfo.processInfo.environment["M3_PYTHON"] ?? "python3"
    return (try? run(python, ["-c", "import faiss"]))?.status == 0 ? python : nil
  }()

  private static func run(_ python: String, _ arguments: [String]) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, Array(output))
  }

  @Test(
    "Files of ours, read by faiss-cpu", .enabled(if: python != nil),
    arguments: ["Flat", "HNSW32", "IVF8,Flat", "IVF4,PQ4x8", "OPQ8_16,IVF4,SQ8"])
  func isRead(factory: String) throws {
    let bank = try IndexedBank(Self.table, shardCounts: [200, 100])
    try bank.index(Self.table, factory: factory)
    let index = try RetrievalIndex(bank: bank.open())
    let queries = Self.queries.vectors.withUnsafeBytes { Array($0) }
    let script = """
      import faiss, json, numpy, sys
      index = faiss.read_index(sys.argv[1])
      queries = numpy.fromfile(sys.argv[2], numpy.float32).reshape(-1, index.d)
      scores, ids = index.search(queries, 10)
      print(json.dumps({"count": index.ntotal, "metric": index.metric_type, "ids": ids.tolist(),
                        "scores": [[float(score) for score in row] for row in scores]}))
      """
    let path = FilePaths.join(bank.path, "index.faiss")
    let (status, output) = try Self.run(Self.python!, ["-c", script, path, bank.folder.write(queries, "queries")])
    #expect(status == 0)
    let found = try JSONFields(JSONValue.parse(output), path: factory)
    #expect(try found.required("count") == 300)
    #expect(try found.required("metric") == 0)
    try Self.expectSame(
      index, ids: found.required("ids"),
      scores: found.required("scores", as: [[Double]].self).map { $0.map { Float($0) } }, tolerance: 1e-5, "\(factory)")
  }
}
