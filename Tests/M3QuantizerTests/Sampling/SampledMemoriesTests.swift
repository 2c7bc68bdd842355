import M3Bytes
import M3Codec
import M3Memory
import M3Quantizer
import M3Records
import M3Spool
import M3TestSupport
import Testing

@Suite struct SampledMemoriesTests {
  /// One of the tasks is empty.
  static let counts = [7, 0, 12, 5]

  private func ids(_ sample: SampledMemories) throws -> [String] {
    var ids: [String] = []
    try sample.read { ids.append($0.reference.id) }
    return ids
  }

  @Test(arguments: [1, 2, 10, 23, 24, 1000])
  func aSampleIsInTheOrderOfTheTasks(size: Int) throws {
    let tasks = try MemoryTasks(Self.counts)
    defer { withExtendedLifetime(tasks) {} }
    let sample = try SampledMemories(tasks.files, size: size, seed: 3)
    let found = try ids(sample)
    #expect(sample.totalCount == 24)
    #expect(sample.count == min(size, 24) && found.count == sample.count)
    #expect(tasks.ids.filter(Set(found).contains) == found)
    // As often as it is asked for.
    #expect(try ids(sample) == found)
    let rowCount = tasks.memories.reduce(0) { $0 + $1.rowCount }
    #expect(sample.meanRowCount == Double(rowCount) / 24)
  }

  @Test func memoriesAreThoseOfTheirReferences() throws {
    let tasks = try MemoryTasks(Self.counts)
    defer { withExtendedLifetime(tasks) {} }
    let places = Dictionary(uniqueKeysWithValues: tasks.ids.enumerated().map { ($1, $0) })
    try SampledMemories(tasks.files, size: 9, seed: 5).read { pair in
      let memory = tasks.memories[try #require(places[pair.reference.id])]
      #expect(pair.memory.tokenCount == memory.tokenCount)
      #expect(pair.memory.keys == memory.keys.map { BFloat16.value(BFloat16.bits($0)) })
    }
  }

  @Test func aSeedGivesTheSameSample() throws {
    let tasks = try MemoryTasks(Self.counts)
    defer { withExtendedLifetime(tasks) {} }
    let samples = try [1, 1, 2, 3].map { try ids(SampledMemories(tasks.files, size: 8, seed: $0)) }
    #expect(samples[0] == samples[1])
    #expect(Set(samples).count == 3)
  }

  /// Each memory is in a quarter of the samples: of 200, 50 with a deviation of 6.
  @Test func everyMemoryIsAsLikely() throws {
    let tasks = try MemoryTasks([5, 7])
    defer { withExtendedLifetime(tasks) {} }
    var counts = Dictionary(uniqueKeysWithValues: tasks.ids.map { ($0, 0) })
    for seed in 0..<UInt64(200) {
      for id in try ids(SampledMemories(tasks.files, size: 3, seed: seed)) { counts[id]! += 1 }
    }
    #expect(counts.values.reduce(0, +) == 600)
    #expect(counts.values.allSatisfy { (25...75).contains($0) }, "\(counts)")
  }

  /// A thinned sample is a part of the sample, spread over it.
  @Test(arguments: 1...12)
  func thinnedSamplesAreEven(size: Int) throws {
    let tasks = try MemoryTasks(Self.counts)
    defer { withExtendedLifetime(tasks) {} }
    let sample = try SampledMemories(tasks.files, size: 11, seed: 4)
    let (all, thinned) = (try ids(sample), try ids(sample.thinned(to: size)))
    #expect(thinned.count == min(size, 11) && sample.thinned(to: size).count == thinned.count)
    #expect(all.filter(Set(thinned).contains) == thinned)
    #expect(sample.thinned(to: size).totalCount == 24)
    #expect(sample.thinned(to: size).meanRowCount == sample.meanRowCount)
    let places = thinned.compactMap(all.firstIndex)
    for (one, next) in zip(places, places.dropFirst()) { #expect(next - one <= 11 / min(size, 11) + 1) }
  }

  @Test func noMemoriesAreRefused() throws {
    let tasks = try MemoryTasks([0, 0])
    defer { withExtendedLifetime(tasks) {} }
    let error = #expect(throws: FormatError.self) { try SampledMemories(tasks.files, size: 3, seed: 1) }
    #expect(error?.problem == .missing("memories"))
  }

  @Test func aDamagedSurveyIsRefused() throws {
    let tasks = try MemoryTasks([3, 2])
    let bytes = try tasks.folder.read("survey-1.m3s")
    for count in bytes.indices {
      try tasks.folder.write(Array(bytes[..<count]), "survey-1.m3s")
      let error = #expect(throws: FormatError.self) { try SampledMemories(tasks.files, size: 3, seed: 1) }
      #expect(error?.file == tasks.folder.file("survey-1.m3s"))
    }
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 1
      try tasks.folder.write(damaged, "survey-1.m3s")
      let error = #expect(throws: FormatError.self) { try SampledMemories(tasks.files, size: 3, seed: 1) }
      #expect(error?.file == tasks.folder.file("survey-1.m3s"))
    }
  }

  /// A survey that is whole and counts more than there is.
  @Test func aSurveyOfOtherMemoriesIsRefused() throws {
    let tasks = try MemoryTasks([3, 2])
    var survey = MemorySurvey(shape: MemoryTasks.shape)
    for memory in tasks.memories { survey.add(memory) }
    try tasks.folder.write(survey.bytes, "survey-0.m3s")
    let sample = try SampledMemories(tasks.files, size: 100, seed: 1)
    let error = #expect(throws: FormatError.self) { try ids(sample) }
    #expect(error?.problem == .malformed("fewer memories than the survey counts"))
    #expect(error?.file == tasks.folder.file("part-0.spool.lz4"))
  }
}
