import M3Bytes
import M3Dedupe
import M3Stage
import M3TestSupport
import Testing

struct BucketBuilderTests {
  /// Writes one band's files, as the signatures step does, in short runs.
  private func files(_ folder: TemporaryFolder, _ tasks: [[UInt64]], runLength: Int) throws -> [String] {
    try tasks.enumerated().map { task, keys in
      let spool = try BandSpool(
        task, folder: .init(folder.path), bandCount: 1, workers: 2, runLength: runLength)
      try spool.append(keys)
      return folder.file(try spool.commit()[0].name)
    }
  }

  private func members(_ path: String) throws -> [[KeyedNumber]] {
    try RunFile<KeyedNumber>(path: path, kind: .members).cursors().map { cursor in
      var run: [KeyedNumber] = []
      while let entry = try cursor.next() { run.append(entry) }
      return run
    }
  }

  @Test(arguments: [1, 7, 1 << 20], [1, 5, 64]) func areTheGroupsOfEqualKeys(runLength: Int, keyCount: Int) throws {
    let folder = try TemporaryFolder()
    var randomness = Randomness(seed: 9)
    let tasks = [40, 0, 1, 100].map { count in
      (0..<count).map { _ in XXH3.hash64([UInt8(randomness.integer(below: keyCount))]) }
    }
    let keys = tasks.flatMap { $0 }
    let groups = Dictionary(grouping: keys.indices, by: { keys[$0] }).filter { $0.value.count > 1 }
      .sorted { $0.key < $1.key }.map(\.value)
    let lengths = keys.indices.map { UInt32($0 % 7) }
    for order in [TextOrder.first, .longest(lengths: lengths)] {
      let builder = try BucketBuilder(
        paths: files(folder, tasks, runLength: runLength), order: { _ in order }, runLength: runLength)
      let (summary, _, _) = try builder.write(to: folder.file("members"))
      #expect(Int(summary.bucketCount) == groups.count)
      #expect(summary.memberCount == groups.reduce(0) { $0 + $1.count })
      #expect(summary.largest == groups.map(\.count).max() ?? 0)
      let runs = try members(folder.file("members"))
      for run in runs { #expect(zip(run, run.dropFirst()).allSatisfy { $0.key <= $1.key }) }
      let found = runs.joined().map { [$0.key, UInt64($0.number)] }.sorted { $0.lexicographicallyPrecedes($1) }
      let expected = groups.enumerated().flatMap { bucket, texts in
        texts.map { [order.key(of: UInt32($0)), UInt64(bucket)] }
      }
      #expect(found == expected.sorted { $0.lexicographicallyPrecedes($1) })
    }
  }

  @Test func theLongestComeFirst() {
    let order = TextOrder.longest(lengths: [3, 9, 9, .max])
    #expect((0..<4).sorted { order.key(of: $0) < order.key(of: $1) } == [3, 1, 2, 0])
    #expect((0..<4).map { TextOrder.number(ofKey: order.key(of: $0)) } == [0, 1, 2, 3])
  }

  @Test func refusesAPositionThatTheTaskDoesNotHave() throws {
    let folder = try TemporaryFolder()
    let writer = try RunFileWriter<KeyedNumber>(path: folder.file("band"), kind: .band)
    try writer.append(KeyedNumber(key: 1, number: 2))
    _ = try writer.commit(attributes: [2])
    let builder = try BucketBuilder(paths: [folder.file("band")], order: { _ in .first })
    let error = #expect(throws: FormatError.self) { try builder.write(to: folder.file("members")) }
    #expect(error?.field == "position")
    #expect(error?.file == folder.file("band"))
  }
}
