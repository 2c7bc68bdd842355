import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport

/// What a stage notes of itself, a line each: plan, marker, record of the run, report.
enum StageTarget: FuzzTarget {
  static let name = "stage"

  private static let files = ["plan.json", "_done/0-of-1.json", "_runs/0-of-1.json", "report.json"]
  private static let output = Array("output".utf8)

  static var seeds: [[UInt8]] {
    let digest = SHA256Digest.of(output).description
    let account: JSONObject = ["input": 3, "kept": 2, "rejected": ["near_duplicate": 1], "totals": ["tokens": 40]]
    let plan: JSONObject = [
      "settings": ["max_tokens": 8], "stage": "chunk", "version": 1,
      "tasks": [[["name": "a.jsonl", "sha256": .string(digest), "size": 6, "start": 0, "first_line": 1]]],
    ]
    let marker: JSONObject = [
      "settings": ["max_tokens": 8], "stage": "chunk", "version": 1, "account": .object(account),
      "outputs": [["name": "part-00000.jsonl.zst", "sha256": .string(digest), "size": 6]],
    ]
    var report = account
    (report["stage"], report["tasks"]) = ("chunk", 1)
    let run: JSONObject = ["cpu_milliseconds": 9, "peak_memory_bytes": 1, "wall_milliseconds": 5, "workers": 2]
    let lines = [plan, marker, run, report].map { JSONValue.object($0).serialized() }
    return [reseal(Array(lines.joined(separator: [0x0A])))]
  }

  private static let folder: String = {
    let folder = ScratchFiles.folder("stage")
    for name in ["stage/_done", "stage/_runs"] { _ = ScratchFiles.folder(name) }
    ScratchFiles.write(output, to: "stage/part-00000.jsonl.zst")
    return folder
  }()

  /// A name that no file system takes is the system's to refuse.
  static func isTyped(_ error: any Error) -> Bool {
    error is FormatError || error is StageError || error is FileError
  }

  static func run(_ bytes: [UInt8]) throws {
    let folder = folder
    let lines = bytes.parts(separatedBy: 0x0A)
    for (index, name) in files.enumerated() {
      ScratchFiles.write(index < lines.count ? lines[index] : [], to: "stage/\(name)")
    }
    _ = try StageFolder(folder).definition()
    var problem: (any Error)?
    do {
      let upstream = try Upstream(folder: folder)
      expect(upstream.tasks.count == upstream.inputs.count, "tasks without inputs")
      for task in upstream.tasks {
        expect(task.allSatisfy { !$0.name.contains("/") }, "an output outside of the folder")
      }
      try UpstreamMarkers(folder: folder).require(upstream.inputs[0])
    } catch {
      problem = error
    }
    let report = try WorkReport(paths: [folder])
    _ = JSONValue.object(report.json).serialized()
    _ = report.imbalances.map(\.description)
    if let problem { throw problem }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard !random.once(in: 8) else { return Mutation.bytes(bytes, limit: limit) }
    var lines = bytes.parts(separatedBy: 0x0A)
    let place = random.integer(below: lines.count)
    lines[place] = JSONMutation.mutate(lines[place], limit: lines[place].count + 64, random: &random)
    let mutated = Array(lines.joined(separator: [0x0A]))
    return random.once(in: 16) ? mutated : reseal(mutated)
  }

  /// The fingerprint of the plan, in it and in what refers to it.
  static func reseal(_ bytes: [UInt8]) -> [UInt8] {
    var lines = bytes.parts(separatedBy: 0x0A)
    var fingerprint: JSONValue?
    for index in lines.indices where index != 2 {
      guard case .object(var object)? = try? JSONValue.parse(lines[index]) else { continue }
      object["fingerprint"] = nil
      if index == 0 {
        fingerprint = .string(SHA256Digest.of(JSONValue.object(object).serialized(.canonical)).description)
      }
      object["fingerprint"] = fingerprint
      lines[index] = JSONValue.object(object).serialized()
    }
    return Array(lines.joined(separator: [0x0A]))
  }
}
