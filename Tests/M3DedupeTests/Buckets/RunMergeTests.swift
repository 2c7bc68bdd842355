import M3Bytes
import M3Dedupe
import M3TestSupport
import Testing

struct RunMergeTests {
  private func file(_ path: String, _ runs: [[KeyedNumber]]) throws -> RunFile<KeyedNumber> {
    let writer = try RunFileWriter<KeyedNumber>(path: path, kind: .band)
    for run in runs {
      for entry in run { try writer.append(entry) }
      try writer.endRun()
    }
    _ = try writer.commit()
    return try RunFile(path: path, kind: .band)
  }

  @Test(arguments: [1, 2, 3, 7, 40], [UInt64(2), 1_000, .max])
  func isTheSortedWhole(sources: Int, bound: UInt64) throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: UInt64(sources))
    var expected: [(UInt64, Int, UInt32)] = []
    let runs = (0..<sources).map { source in
      let count = randomness.integer(below: 300)
      let keys = (0..<count).map { _ in randomness.next() % bound }.sorted()
      expected += keys.enumerated().map { ($1, source, UInt32($0)) }
      return keys.enumerated().map { KeyedNumber(key: $1, number: UInt32($0)) }
    }
    expected.sort { $0 < $1 }
    // A run without entries is none, and has no number.
    let filled = runs.indices.filter { !runs[$0].isEmpty }
    var merge = try RunMerge(file(folder.file("f"), runs).cursors())
    var found: [(UInt64, Int, UInt32)] = []
    while let (entry, source) = try merge.next() { found.append((entry.key, filled[source], entry.number)) }
    #expect(found.elementsEqual(expected) { $0 == $1 })
  }

  @Test func refusesARunThatIsNotAscending() throws {
    let folder = try TemporaryFolder()
    let runs = [[KeyedNumber(key: 2, number: 0), KeyedNumber(key: 1, number: 1)]]
    var merge = try RunMerge(file(folder.file("f"), runs).cursors())
    let error = #expect(throws: FormatError.self) { while try merge.next() != nil {} }
    #expect(error?.file == folder.file("f"))
  }
}
