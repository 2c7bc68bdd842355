import M3TestSupport
import M3Transformer
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The threads behind a pass: they sleep, wake and go.
@Suite struct DecodingTeamTests {
  @Test func workersWakeAfterSleeping() throws {
    let model = try TestModel.tiny[0].decodingModel()
    let pass = DecodingPass(model: model, threads: 3)
    let alone = DecodingPass(model: model)
    let caches = try (0..<2).map { _ in try KeyValueCache(configuration: model.configuration, capacity: 40) }
    for position in 0..<40 {
      let expected = alone.run(token: 5, position: position, cache: caches[0])
      let found = pass.run(token: 5, position: position, cache: caches[1])
      #expect((0..<model.configuration.vocabularySize).allSatisfy { found[$0].bitPattern == expected[$0].bitPattern })
      // Longer than a worker looks out for work, every few tokens.
      if position.isMultiple(of: 4) { usleep(5_000) }
    }
  }

  @Test func threadsEndWithTheirPass() throws {
    let model = try TestModel.tiny[0].decodingModel()
    let before = try threadCount()
    for _ in 0..<200 {
      let pass = DecodingPass(model: model, threads: 4)
      pass.run(token: 1, position: 0, cache: try KeyValueCache(configuration: model.configuration, capacity: 1))
    }
    // 600 workers have been; other tests' threads come and go.
    #expect(try threadCount() < before + 200)
  }

  @Test func aPassThatNeverRanEnds() throws {
    let model = try TestModel.tiny[0].decodingModel()
    for _ in 0..<50 { _ = DecodingPass(model: model, threads: 3) }
  }

  private func threadCount() throws -> Int {
    let folder = try #require(opendir("/proc/self/task"))
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }
}
