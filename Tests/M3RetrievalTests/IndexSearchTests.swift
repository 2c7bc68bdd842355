import M3Bank
import M3Bytes
import M3Retrieval
import M3TestSupport
import Testing

@Suite("Search in an index") struct IndexSearchTests {
  private static func hits(_ index: RetrievalIndex, _ query: [Float], _ count: Int) throws -> [Int] {
    try index.search(query, count: count).map(\.position)
  }

  @Test(
    "Flat gives what comparing with every vector gives, equal scores included", arguments: [1, 10, 700], [false, true])
  func flatIsExact(count: Int, byFaiss: Bool) throws {
    let table = TableEmbedder.exact(seed: 1, count: 700, dimension: 16)
    let bank = try IndexedBank(table, shardCounts: [300, 1, 399])
    try bank.index(table)
    let index = try RetrievalIndex(bank: bank.open(), leavesSearchToFaiss: byFaiss)
    let exact = ExactSearch(vectors: table.vectors, dimension: 16)
    let queries = TableEmbedder.exact(seed: 2, count: 1000, dimension: 16)
    var ties = 0
    for row in 0..<queries.count {
      let query = queries.row(row)
      let (found, expected) = (try index.search(query, count: count), exact.search(query, count: count))
      #expect(found.map(\.position) == expected.map(\.position), "query \(row)")
      #expect(found.map(\.score) == expected.map(\.score), "query \(row)")
      ties += zip(found, found.dropFirst()).filter { $0.score == $1.score }.count
    }
    #expect(count == 1 || ties > 100)
  }

  @Test(
    "Flat on vectors of length 1: scores within 1e-5, ids wherever scores differ by more", arguments: [false, true])
  func flatIsExactOnUnitVectors(byFaiss: Bool) throws {
    let table = TableEmbedder.unit(seed: 3, count: 2000, dimension: 48)
    let bank = try IndexedBank(table, shardCounts: [1200, 800])
    try bank.index(table)
    let index = try RetrievalIndex(bank: bank.open(), leavesSearchToFaiss: byFaiss)
    let exact = try ExactSearch(paths: bank.vectorPaths())
    #expect(exact.count == 2000 && exact.dimension == 48)
    let queries = TableEmbedder.unit(seed: 4, count: 1000, dimension: 48)
    for row in 0..<queries.count {
      let found = try index.search(queries.row(row), count: 10)
      let expected = exact.search(queries.row(row), count: 11)
      #expect(found.count == 10)
      for (place, pair) in zip(found, expected).enumerated() {
        #expect(abs(pair.0.score - pair.1.score) <= 1e-5)
        let gaps = [place - 1, place].filter { $0 >= 0 }.map { expected[$0].score - expected[$0 + 1].score }
        if gaps.allSatisfy({ $0 > 1e-6 }) { #expect(pair.0.position == pair.1.position, "query \(row)") }
      }
    }
  }

  @Test("Of many equal vectors the first ones are found")
  func equalVectors() throws {
    let vectors = (0..<200).flatMap { [Float($0 < 150 ? 1 : 0.5), 0] }
    let table = TableEmbedder(dimension: 2, vectors: vectors)
    let bank = try IndexedBank(table, shardCounts: [120, 80])
    try bank.index(table)
    let index = try RetrievalIndex(bank: bank.open())
    for count in [0, 1, 2, 5, 64, 149, 150, 151, 199, 200, 201, .max] {
      #expect(try Self.hits(index, [1, 0], count) == Array(0..<min(count, 200)))
    }
  }

  /// One that finds less than 80 % of the nearest has its metric or its parameters wrong.
  @Test("Kinds that approximate find most of the nearest", arguments: ["HNSW32", "IVF16,Flat", "IVF16,PQ16x8", "SQ8"])
  func recall(factory: String) throws {
    let table = TableEmbedder.unit(seed: 5, count: 1500, dimension: 32)
    let bank = try IndexedBank(table, shardCounts: [1500])
    try bank.index(table, factory: factory)
    let index = try RetrievalIndex(bank: bank.open())
    let exact = ExactSearch(vectors: table.vectors, dimension: 32)
    var found = 0
    for row in 0..<100 {
      let hits = try Self.hits(index, table.row(row * 15), 10)
      #expect(hits.count == 10 && hits.allSatisfy { (0..<1500).contains($0) })
      found += Set(hits).intersection(exact.search(table.row(row * 15), count: 10).map(\.position)).count
    }
    #expect(found >= 800, "\(found) of 1000")
  }

  @Test("Fewer are returned where an index finds fewer")
  func fewer() throws {
    let table = TableEmbedder.unit(seed: 6, count: 400, dimension: 8)
    let bank = try IndexedBank(table, shardCounts: [400])
    try bank.index(table, factory: "IVF64,Flat")
    let index = try RetrievalIndex(bank: bank.open(), search: ["nprobe": 1])
    let hits = try index.search(table.row(0), count: 400)
    #expect(hits.first?.position == 0)
    #expect((1..<400).contains(hits.count))
    #expect(Set(hits.map(\.position)).count == hits.count)
    #expect(try RetrievalIndex(bank: bank.open(), search: ["nprobe": 64]).search(table.row(0), count: 400).count == 400)
    #expect(throws: FormatError.self) { try RetrievalIndex(bank: bank.open(), search: ["efSearch": 9]) }
  }

  @Test("From several threads at once") func threads() async throws {
    let table = TableEmbedder.unit(seed: 7, count: 500, dimension: 16)
    let bank = try IndexedBank(table, shardCounts: [500])
    try bank.index(table, factory: "HNSW16")
    let index = try RetrievalIndex(bank: bank.open())
    let alone = try (0..<500).map { try Self.hits(index, table.row($0), 5) }
    try await withThrowingTaskGroup { group in
      for _ in 0..<4 {
        group.addTask { try (0..<500).map { try Self.hits(index, table.row($0), 5) } }
      }
      for try await found in group { #expect(found == alone) }
    }
  }

  @Test("Queries of another dimension, or that are not finite, are refused")
  func badQueries() throws {
    let table = TableEmbedder.unit(seed: 8, count: 10, dimension: 4)
    let bank = try IndexedBank(table, shardCounts: [10])
    try bank.index(table)
    let index = try RetrievalIndex(bank: bank.open())
    #expect(throws: FormatError(.mismatch(expected: "4 elements", found: "3"), field: "query")) {
      try index.search([1, 2, 3], count: 1)
    }
    for bad in [Float.nan, .infinity, -.infinity] {
      #expect(throws: FormatError(.outOfRange(found: "\(bad)", allowed: "finite"), field: "query[2]")) {
        try index.search([1, 2, bad, 3], count: 1)
      }
    }
  }

  @Test("Words lead to the texts that have them") func words() throws {
    let bank = try IndexedBank(shardCounts: [60, 60], text: sentences(seed: 9))
    let embedder = WordEmbedder()
    try bank.index(embedder)
    let index = try RetrievalIndex(bank: bank.open())
    try index.requireEmbedder(embedder.identity)
    for place in stride(from: 0, to: 120, by: 7) {
      let hit = try #require(try index.search(embedder.embed([bank.texts[place]]), count: 1).first)
      #expect(bank.texts[hit.position] == bank.texts[place])
      #expect(abs(hit.score - 1) <= 1e-5)
    }
  }
}
