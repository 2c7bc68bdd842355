import Glibc
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("m3-verify finds damage")
struct VerifyToolTests {
  /// A bank of a few references: small, so that each byte matters.
  private static let made = Result { () throws -> (files: [String: [UInt8]], ids: [String]) in
    let workspace = Workspace()
    try workspace.write(Corpus.text(Array(Corpus.documents[..<3])), "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok)
    expect(try workspace.encode(["--set", "rule=reconstruction", "--set", "tokens_per_head=2"]), Exit.ok)
    expect(try workspace.shard(), Exit.ok)
    let references = try jsonLines(workspace, "references/part-00000.jsonl.zst")
    return (try workspace.snapshot("bank"), references.compactMap { $0["id"]?.stringValue })
  }

  /// The file and the offset in it of a place in all files put together.
  private static func place(_ files: [String: [UInt8]], _ position: Int) -> (file: String, offset: Int) {
    var offset = position
    for name in files.keys.sorted() {
      if offset < files[name]!.count { return (name, offset) }
      offset -= files[name]!.count
    }
    preconditionFailure("a place beyond the last file")
  }

  private func expectDamage(_ files: [String: [UInt8]], _ what: String, in workspace: Workspace) throws {
    let run = try workspace.run(.verify, ["bank", "--json", "--progress", "none"])
    #expect(run.signal == nil && run.status == Exit.badData, "\(what): \(run)")
    let report = try run.json()
    #expect(report["outcome"] == "damaged", "\(what)")
    for damage in try #require(report["damage"]?.arrayValue) {
      #expect(damage.objectValue?["file"]?.stringValue?.isEmpty == false)
      #expect(damage.objectValue?["message"]?.stringValue?.isEmpty == false)
    }
  }

  @Test("a flipped bit", arguments: UInt64(0)..<8)
  func flippedBits(seed: UInt64) throws {
    let files = try Self.made.get().files
    let workspace = Workspace()
    try workspace.restore(files, to: "bank")
    let total = files.values.reduce(0) { $0 + $1.count }
    var random = Randomness(seed: seed)
    for _ in 0..<25 {
      let (file, offset) = Self.place(files, random.integer(below: total))
      let bit = random.integer(below: 8)
      var bytes = files[file]!
      bytes[offset] ^= 1 << UInt8(bit)
      try workspace.write(bytes, "bank/\(file)")
      try expectDamage(files, "bit \(bit) of byte \(offset) of \(file)", in: workspace)
      try workspace.write(files[file]!, "bank/\(file)")
    }
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
  }

  @Test("a file that was cut", arguments: UInt64(0)..<2)
  func truncated(seed: UInt64) throws {
    let files = try Self.made.get().files
    let workspace = Workspace()
    try workspace.restore(files, to: "bank")
    let total = files.values.reduce(0) { $0 + $1.count }
    var random = Randomness(seed: seed)
    for _ in 0..<25 {
      let (file, length) = Self.place(files, random.integer(below: total))
      try workspace.write(Array(files[file]![..<length]), "bank/\(file)")
      try expectDamage(files, "\(file) cut to \(length) bytes", in: workspace)
      try workspace.write(files[file]!, "bank/\(file)")
    }
  }

  @Test("a file that is missing", arguments: ["shard-00000.m3s", "bos.m3m", "codebook.m3c", "manifest.json"])
  func missing(_ file: String) throws {
    var files = try Self.made.get().files
    let removed = files.removeValue(forKey: file)
    try #require(removed != nil)
    let workspace = Workspace()
    try workspace.restore(files, to: "bank")
    expect(try workspace.run(.verify, ["bank"]), Exit.badData, [file, "missing-file"])
    expect(try workspace.run(.verify, ["bank", "--level", "quick"]), Exit.badData, [file])
  }

  @Test("a file that is not listed", arguments: ["shard-00001.m3s", "notes.txt", ".hidden"])
  func unlisted(_ file: String) throws {
    let workspace = Workspace()
    try workspace.restore(Self.made.get().files, to: "bank")
    try workspace.write("x", "bank/\(file)")
    expect(try workspace.run(.verify, ["bank"]), Exit.badData, [file, "unlisted-file"])
  }

  @Test("the root that is known from elsewhere")
  func root() throws {
    let workspace = Workspace()
    try workspace.restore(Self.made.get().files, to: "bank")
    let report = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    let root = try #require(report["root"]?.stringValue)
    expect(try workspace.run(.verify, ["bank", "--root", root]), Exit.ok)
    let other = String(root.reversed())
    expect(try workspace.run(.verify, ["bank", "--root", other]), Exit.badData, [other])
    let wrong = try expect(workspace.run(.verify, ["bank", "--root", other, "--json"]), Exit.badData).json()
    #expect(wrong["root_matches"] == false)
    let right = try expect(workspace.run(.verify, ["bank", "--root", root, "--json"]), Exit.ok).json()
    #expect(right["root_matches"] == true)
  }

  @Test("a reader finds damage at first touch, and says where")
  func reader() throws {
    var (files, ids) = try Self.made.get()
    let workspace = Workspace()
    let shard = "shard-00000.m3s"
    // The middle of the shard is in a record.
    files[shard]![files[shard]!.count / 2] ^= 1
    try workspace.restore(files, to: "bank")
    let runs = try ids.map { try workspace.run(.read, ["get", "bank", $0]) }
    let damaged = runs.filter { $0.status != Exit.ok }
    #expect(damaged.count == 1)
    for run in damaged { expect(run, Exit.badData, [shard, "record", "byte"]) }
  }
}
