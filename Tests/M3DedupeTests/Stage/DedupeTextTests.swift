import M3Bytes
import M3Dedupe
import M3JSON
import M3Stage
import M3TestSupport
import Testing

/// Texts of unusual kinds.
struct DedupeTextTests {
  @Test func ofManyEqualTextsOneStays() throws {
    let text = "One text that a hundred thousand records have, word for word, and nothing else."
    let folder = try DedupeFolder()
    for task in 0..<4 { try folder.add((0..<25_000).map { ("\(task)-\($0)", text) }) }
    try folder.stage().runAll()
    #expect(try folder.kept() == ["0-0"])
    let report = try folder.report()
    #expect(report["rejected"] == ["exact_duplicate": 99_999])
    let dropped = try folder.dropped()
    #expect(dropped.count == 99_999)
    #expect(dropped.values.allSatisfy { $0 == Dropped(kept: "0-0", similarity: 1, isExact: true) })
  }

  /// Texts in one bucket of which none is near another: what is left out is counted.
  @Test func aBucketOfManyKeptTextsIsBounded() throws {
    var configuration = DedupeConfiguration()
    (configuration.bandCount, configuration.rowCount) = (1, 1)
    configuration.threshold = 1
    // With one row, texts that share their least shingle share a bucket.
    let texts = (0..<400).map { index in
      (id: "t\(index)", text: "the same five words first " + "then w\(index) of its own")
    }
    let folder = try DedupeFolder().add(texts)
    let all = folder.stage(configuration, output: folder.folder.file("all"))
    try all.runAll()
    let few = folder.stage(configuration, bucketLimit: 2, output: folder.folder.file("few"))
    try few.runAll()
    #expect(try folder.report(output: all.output)["totals"]?.objectValue?["comparisons_left_out"] == nil)
    let count = try #require(
      try folder.report(output: few.output)["totals"]?.objectValue?["comparisons_left_out"]?.integerValue)
    // In a bucket of n kept texts the k-th is not compared with k - 2 of those before.
    let hasher = MinHasher(configuration)
    let shingler = Shingler(configuration)
    let sizes = Dictionary(grouping: texts) { SlowDedupe.keys(shingler.shingles(of: $0.text), hasher) }.values.map(
      \.count)
    #expect(sizes.contains { $0 > 3 })
    #expect(count == Int64(sizes.reduce(0) { $0 + ($1 > 3 ? ($1 - 2) * ($1 - 3) / 2 : 0) }))
    #expect(try folder.kept(output: few.output).count == 400)
  }

  /// Texts of which each is near all others, and not near enough: their buckets are full long before the last.
  @Test(arguments: [KeptText.first, .longest]) func equalTextsMeetThoughTheirBucketsAreFull(keep: KeptText) throws {
    var configuration = DedupeConfiguration()
    (configuration.threshold, configuration.keep) = (1, keep)
    let words = (0..<120).map { "word\($0)" }
    let distinct = (0..<300).map { index in
      var words = words
      words[index % 120] = "own\(index)"
      return words.joined(separator: " ")
    }
    let texts = (distinct + distinct).enumerated().map { (id: "t\($0)", text: $1) }
    let folder = try DedupeFolder().add(Array(texts[..<450])).add(Array(texts[450...]))
    try folder.stage(configuration, bucketLimit: 3).runAll()
    let kept = try folder.kept()
    #expect(kept == texts[..<300].map(\.id))
    let report = try folder.report()
    #expect(report["rejected"] == ["exact_duplicate": 300])
    #expect(try #require(report["totals"]?.objectValue?["comparisons_left_out"]?.integerValue) > 300)
    let dropped = try folder.dropped()
    for index in 300..<600 { #expect(dropped["t\(index)"]?.kept == "t\(index - 300)") }
  }

  @Test(arguments: DedupePreset.allCases) func shortAndUnspacedTextsAreTold(preset: DedupePreset) throws {
    let chinese = "河流入海春天的水比秋天多船在大河上航行人们在岸边种稻养鱼修桥铺路年复一年生生不息"
    let texts: [(id: String, text: String)] = [
      ("one", "word"), ("other", "sword"), ("one again", "word"), ("empty", ""), ("marks", "?!"),
      ("empty again", ""), ("chinese", chinese), ("chinese again", chinese),
      ("other chinese", String(chinese.reversed())), ("japanese", "川は海へ流れる。春は水が多い。"),
    ]
    let folder = try DedupeFolder().add(texts)
    try folder.stage(DedupeConfiguration(preset: preset)).runAll()
    let dropped = try folder.dropped()
    #expect(dropped["one again"]?.kept == "one")
    #expect(dropped["empty again"]?.kept == "empty")
    #expect(dropped["chinese again"]?.kept == "chinese")
    #expect(dropped.count == 3)
  }

  /// The signature of a text that is read in parts is that of all its shingles: band keys are compared with those of
  /// ``MinHasher`` on all of them.
  @Test(arguments: DedupePreset.allCases) func aLongTextHasTheKeysOfAllItsShingles(preset: DedupePreset) throws {
    let configuration = DedupeConfiguration(preset: preset)
    var random = Randomness(seed: 5)
    let text = (0..<60_000).map { _ in "w\(random.integer(below: 5_000))" }.joined(separator: " ")
    let folder = try DedupeFolder().add([("long", text), ("short", "a short text of some words")])
    let stage = folder.stage(configuration)
    try stage.run(.signatures)
    let place = stage.folder(.signatures)
    let shingles = Shingler(configuration).shingles(of: text)
    let sets = try ShingleSetFile(path: place.file(DedupeFileKind.sets.name(task: 0)))
    #expect(try sets.text(at: 0) == ShingledText(id: "long", textHash: XXH3.hash64(text), shingles: shingles))
    let keys = SlowDedupe.keys(shingles, MinHasher(configuration))
    for band in keys.indices {
      let file = try RunFile<KeyedNumber>(
        path: place.file(DedupeFileKind.band.name(task: 0, part: band)), kind: .band)
      var found: UInt64?
      try file.forEach { if $0.number == 0 { found = $0.key } }
      #expect(found == keys[band])
    }
  }

  @Test func chineseThatDiffersInAWordIsNear() throws {
    let chinese = "河流入海春天的水比秋天多船在大河上航行人们在岸边种稻养鱼修桥铺路年复一年生生不息直到今天仍然如此"
    let folder = try DedupeFolder().add([
      ("a", chinese + chinese.reversed()), ("b", chinese + chinese.reversed() + "了"),
    ])
    try folder.stage().runAll()
    #expect(try folder.dropped()["b"]?.kept == "a")
    #expect(try folder.dropped()["b"]?.isExact == false)
  }

  @Test func keepsTheLongest() throws {
    let words = (0..<60).map { "word\($0)" }
    let texts: [(id: String, text: String)] = [
      ("short", words[..<55].joined(separator: " ")), ("long", words.joined(separator: " ")),
      ("other", "nothing of it"), ("as long", words.joined(separator: " ")),
    ]
    var configuration = DedupeConfiguration()
    configuration.keep = .longest
    let folder = try DedupeFolder().add([texts[0]]).add(Array(texts[1...]))
    try folder.stage(configuration).runAll()
    #expect(try folder.kept() == ["long", "other"])
    #expect(try folder.dropped()["short"]?.kept == "long")
    #expect(try folder.dropped()["as long"] == Dropped(kept: "long", similarity: 1, isExact: true))
  }

  /// Each is near the next, and the last is far from the first.
  @Test func chainsAreBounded() throws {
    let words = (0..<140).map { "word\($0)" }
    let texts = (0..<8).map { step in
      (id: "t\(step)", text: words[5 * step..<5 * step + 100].joined(separator: " "))
    }
    let folder = try DedupeFolder().add(texts)
    try folder.stage(DedupeConfiguration(preset: .duplodocus)).runAll()
    var configuration = DedupeConfiguration(preset: .duplodocus)
    configuration.verify = false
    let unverified = folder.stage(configuration, output: folder.folder.file("unverified"))
    try unverified.runAll()
    #expect(try folder.kept(output: unverified.output) == ["t0"])
    #expect(try folder.kept().count > 2)
    #expect(try folder.dropped().values.allSatisfy { try #require($0.similarity) >= 0.8 })
  }

  @Test func anInputWithoutTextsIsKeptAsItIs() throws {
    let folder = try DedupeFolder().add([])
    try folder.stage().runAll()
    #expect(try folder.kept() == [])
    #expect(try folder.report()["input"] == 0)
  }

  /// What is kept is what came: text, metadata, their order.
  @Test func recordsStayAsTheyWere() throws {
    let line = #"{"id":"x","text":"a b\n\"c\"","z":[1,2.50],"a":{"k":null}}"#
    let folder = try DedupeFolder().add(
      bytes: Array((line + "\n" + line.replacing("\"x\"", with: "\"y\"") + "\n").utf8))
    try folder.stage().runAll()
    let source = try ZstdSource(path: FilePaths.join(folder.output, "part-00000.jsonl.zst"))
    var bytes = [UInt8](repeating: 0, count: 1_000)
    let count = try bytes.withUnsafeMutableBytes { try source.read(into: $0) }
    #expect(String(decoding: bytes[..<count], as: UTF8.self) == line + "\n")
  }
}
