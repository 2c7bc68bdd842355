import M3Bytes
import M3Dedupe
import M3JSON
import M3Stage
import M3TestSupport
import Testing

struct DedupeStageTests {
  /// Settings under which other texts become candidates, or are dropped.
  static let configurations: [DedupeConfiguration] = {
    var longest = DedupeConfiguration()
    longest.keep = .longest
    var loose = DedupeConfiguration(preset: .duplodocus)
    loose.threshold = 0.6
    return DedupePreset.allCases.map { DedupeConfiguration(preset: $0) } + [longest, loose]
  }()

  @Test(arguments: configurations) func decidesAsTheSlowOneDoes(configuration: DedupeConfiguration) throws {
    let texts = PlantedTexts(originals: 300, copies: 500, words: 40, changes: 3, seed: 11).texts
    let folder = try DedupeFolder().add(Array(texts[..<333])).add([]).add(Array(texts[333...]))
    try folder.stage(configuration).runAll()
    let slow = SlowDedupe(texts, configuration)
    #expect(slow.dropped.count > 100)
    #expect(try folder.kept() == slow.kept)
    #expect(try folder.dropped() == slow.dropped)
  }

  @Test func findsPlantedNearDuplicates() throws {
    let texts = PlantedTexts(originals: 1_500, copies: 1_500, seed: 12).texts
    let folder = try DedupeFolder().add(texts)
    try folder.stage().runAll()
    let kept = Set(try folder.kept())
    let dropped = try folder.dropped()

    let shingler = Shingler(DedupeConfiguration())
    let sets = texts.map { Set(shingler.shingles(of: $0.text)) }
    // Every pair that shares a shingle.
    var owners: [UInt64: [Int]] = [:]
    var shared: [[Int]: Int] = [:]
    for (index, set) in sets.enumerated() {
      for shingle in set {
        for other in owners[shingle] ?? [] { shared[[other, index], default: 0] += 1 }
        owners[shingle, default: []].append(index)
      }
    }
    func similarity(_ pair: [Int], _ count: Int) -> Double {
      Double(count) / Double(sets[pair[0]].count + sets[pair[1]].count - count)
    }
    let near = shared.filter { similarity($0, $1) >= 0.8 }.keys
    let found = near.filter { !kept.contains(texts[$0[0]].id) || !kept.contains(texts[$0[1]].id) }
    #expect(near.count > 500)
    #expect(Double(found.count) / Double(near.count) >= 0.97)

    let numbers = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ($1.id, $0) })
    #expect(dropped.count == texts.count - kept.count)
    for (id, drop) in dropped {
      let pair = [try #require(numbers[id]), try #require(numbers[drop.kept])].sorted()
      let exact = similarity(pair, try #require(shared[pair]))
      #expect(exact >= 0.8)
      #expect(abs(exact - (try #require(drop.similarity))) < 1e-6)
      #expect(kept.contains(drop.kept))
    }
  }

  @Test(arguments: [KeptText.first, .longest], [true, false])
  func isTheSameForAnyTasksAndWorkers(keep: KeptText, verify: Bool) throws {
    var configuration = DedupeConfiguration()
    (configuration.keep, configuration.verify) = (keep, verify)
    let texts = PlantedTexts(originals: 200, copies: 400, words: 30, seed: 13).texts
    let whole = try DedupeFolder().add(texts)
    let stages = [1, 2, 5].map { workers in
      whole.stage(configuration, workers: workers, output: whole.folder.file("out\(workers)"))
    }
    for stage in stages { try stage.runAll() }
    func files(_ stage: DedupeStage) throws -> [String: [UInt8]] {
      try DedupeStep.allCases.reduce(into: [:]) { files, step in
        let folder = stage.folder(step)
        for name in try FilePaths.list(folder.path) where try FilePaths.kind(folder.file(name)) == .file {
          files["\(step)/\(name)"] = try ReadableFile.contents(of: folder.file(name), limit: 1 << 28)
        }
      }
    }
    let first = try files(stages[0])
    #expect(first.count > 30)
    for stage in stages[1...] { #expect(try files(stage) == first) }

    for cuts in [[0, 600], [1, 2, 299], [100, 200, 300, 400, 500]] {
      let divided = try DedupeFolder()
      for (start, end) in zip([0] + cuts, cuts + [600]) { try divided.add(Array(texts[start..<end])) }
      try divided.stage(configuration, workers: 2).runAll()
      #expect(try divided.kept() == whole.kept(output: stages[0].output))
      #expect(
        try divided.lines { $0 == "clusters.jsonl.zst" }
          == whole.lines({ $0 == "clusters.jsonl.zst" }, output: stages[0].output))
    }
  }

  @Test func unverifiedGroupsAreThoseOfSharedBuckets() throws {
    var configuration = DedupeConfiguration(preset: .duplodocus)
    configuration.verify = false
    let texts = PlantedTexts(originals: 100, copies: 300, words: 30, seed: 14).texts
    let folder = try DedupeFolder().add(Array(texts[..<77])).add(Array(texts[77...]))
    try folder.stage(configuration).runAll()

    let shingler = Shingler(configuration)
    let hasher = MinHasher(configuration)
    var groups = Array(texts.indices)
    var owners: [[UInt64]: Int] = [:]
    for index in texts.indices {
      for (band, key) in SlowDedupe.keys(shingler.shingles(of: texts[index].text), hasher).enumerated() {
        if let owner = owners[[UInt64(band), key]] {
          let (from, to) = (max(groups[owner], groups[index]), min(groups[owner], groups[index]))
          for other in groups.indices where groups[other] == from { groups[other] = to }
        } else {
          owners[[UInt64(band), key]] = index
        }
      }
    }
    #expect(try folder.kept() == texts.indices.filter { groups[$0] == $0 }.map { texts[$0].id })
    let dropped = try folder.dropped()
    for index in texts.indices where groups[index] != index {
      #expect(dropped[texts[index].id] == Dropped(kept: texts[groups[index]].id, similarity: nil, isExact: false))
    }
  }
}
