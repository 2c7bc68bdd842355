import M3Bytes
import M3Dedupe
import M3JSON
import M3Records
import M3Stage
import M3TestSupport
import Testing

/// Texts in files, and what the stage makes of them.
final class DedupeFolder {
  let folder: TemporaryFolder
  private var names: [String] = []

  init() throws {
    folder = try TemporaryFolder()
    try FilePaths.makeDirectory(folder.file("in"))
  }

  /// Writes documents into a file of a task of its own.
  @discardableResult
  func add(_ texts: [(id: String, text: String)], name: String? = nil) throws -> DedupeFolder {
    let lines = texts.flatMap { text in
      JSONValue.object(["id": .string(text.id), "text": .string(text.text), "n": 1]).serialized(.compact) + [0x0A]
    }
    return try add(bytes: lines, name: name)
  }

  @discardableResult
  func add(bytes: [UInt8], name: String? = nil) throws -> DedupeFolder {
    let name = name ?? "\(StageTask.padded(names.count)).jsonl"
    try folder.write(bytes, "in/\(name)")
    if !names.contains(name) { names.append(name) }
    return self
  }

  var output: String { folder.file("out") }

  /// A task a file.
  var input: DedupeInput {
    let (names, folder) = (names, folder)
    return DedupeInput(sources: {
      try names.map { name in
        let path = folder.file("in/\(name)")
        return [StageSource(name: name, path: path, byteCount: try FilePaths.size(path))]
      }
    })
  }

  func stage(
    _ configuration: DedupeConfiguration = DedupeConfiguration(), badInput: BadInputPolicy = .fail,
    bucketLimit: Int = DedupeStageConfiguration.defaultBucketLimit, workers: Int = 2, output: String? = nil
  ) -> DedupeStage {
    DedupeStage(
      DedupeStageConfiguration(configuration, level: .document, badInput: badInput, bucketLimit: bucketLimit),
      input: input, output: output ?? self.output, workers: workers)
  }

  /// Parses the lines of files of the output.
  func lines(_ isWanted: (String) -> Bool, output: String? = nil) throws -> [JSONObject] {
    let output = output ?? self.output
    return try FilePaths.list(output).filter(isWanted).flatMap { name in
      let source = try ZstdSource(path: FilePaths.join(output, name))
      var bytes: [UInt8] = []
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
      defer { buffer.deallocate() }
      while case let count = try source.read(into: buffer), count > 0 { bytes += buffer[..<count] }
      return try bytes.split(separator: 0x0A).map { try #require(try JSONValue.parse(Array($0)).objectValue) }
    }
  }

  func kept(output: String? = nil) throws -> [String] {
    try lines({ InputFiles.isPart($0) }, output: output).map { try #require($0["id"]?.stringValue) }
  }

  /// What was dropped, by its id.
  func dropped(output: String? = nil) throws -> [String: Dropped] {
    var result: [String: Dropped] = [:]
    for line in try lines({ $0 == "clusters.jsonl.zst" }, output: output) {
      let cluster = try ClusterLine(json: .object(line))
      for entry in cluster.dropped {
        result[entry.id] = Dropped(kept: cluster.kept, similarity: entry.similarity, isExact: entry.isExact)
      }
    }
    return result
  }

  func report(output: String? = nil) throws -> JSONObject {
    let bytes = try ReadableFile.contents(of: FilePaths.join(output ?? self.output, "report.json"), limit: 1 << 20)
    return try #require(try JSONValue.parse(bytes).objectValue)
  }
}

struct Dropped: Equatable {
  var kept: String
  /// Rounded to six decimals.
  var similarity: Double?
  var isExact: Bool
}

extension DedupeStage {
  /// Runs all tasks of a step that are not done.
  @discardableResult
  func run(_ step: DedupeStep, body: ((StageTask) throws -> Void)? = nil) throws -> StageRunner.Summary {
    let work = work(step)
    return try StageRunner(work, plan: try work.plan(), workers: workers).run(closing: closing(step)) { task in
      try body?(task)
      return try run(step, task, advance: { _ in })
    }
  }

  @discardableResult
  func runAll() throws -> DedupeStage {
    for step in DedupeStep.allCases { #expect(try run(step).isComplete) }
    return self
  }
}
