import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("m3-read generate --cold")
struct RetrievalColdTests {
  private static let prompt = "Rivers flow"
  private static let arguments = ["--temperature", "1", "--set", "chunk_tokens=8", "--set", "prefetch_tokens=0"]

  @Test("memories that are encoded when they are retrieved say what the bank's say", arguments: [[], ["--exact"]])
  func asTheBank(exact: [String]) throws {
    let warm = try generate(exact + ["--show-memories"])
    let cold = try generate(exact + ["--show-memories", "--cold"])
    #expect(cold.output == warm.output)
    #expect(try cold.shownMemories() == warm.shownMemories())
  }

  @Test("--keep keeps a file for each memory that was read, and nothing else; later runs leave them as they are")
  func keep() throws {
    let workspace = try RetrievalBank.copy()
    let warm = try generate([], in: workspace)
    let first = try generate(["--cold", "--keep", "kept", "--show-memories"], in: workspace)
    #expect(first.output == warm.output)
    let read = Set(try first.shownMemories().flatMap(\.ids))
    let names = RetrievalBank.texts.indices.filter { read.contains("\(RetrievalBank.texts[$0].0)#0") }.map(Self.name)
    let kept = try workspace.snapshot("kept")
    #expect(kept.keys.sorted() == names)
    #expect(try generate(["--cold", "--keep", "kept"], in: workspace).output == warm.output)
    #expect(try workspace.snapshot("kept") == kept)
    // What is missing is encoded again, to the same bytes.
    try FilePaths.remove(workspace.file("kept/\(names[0])"))
    #expect(try generate(["--cold", "--keep", "kept"], in: workspace).output == warm.output)
    #expect(try workspace.snapshot("kept") == kept)
  }

  @Test("a kept file holds magic, version, the bank's root, its place, and a sum over all of it")
  func format() throws {
    let bytes = try #require(Self.kept.get()[Self.name(0)])
    let root = try #require(RetrievalBank.workspace.run(.read, ["info", "bank", "--json"]).json()["root"]?.stringValue)
    let size = bytes.count - 68
    func integer(_ place: Range<Int>) -> UInt64 { bytes[place].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    #expect(Array(bytes[..<8]) == Array("M3KEPT\0\0".utf8))
    #expect(integer(8..<12) == 1)
    #expect(Hexadecimal.string(bytes[12..<44]) == root)
    #expect(integer(44..<52) == 0)
    #expect(integer(52..<60) == UInt64(size))
    #expect(integer(bytes.count - 8..<bytes.count) == XXH3.hash64(bytes.dropLast(8)))
  }

  /// Changes of a kept file, and the field that the refusal names.
  static let damages: [(name: String, field: String, change: @Sendable (inout [UInt8]) -> Void)] = [
    ("the magic", "magic", { $0[0] ^= 1 }), ("the version", "version", { $0[8] = 9 }),
    ("the root", "root", { $0[12] ^= 1 }), ("the place", "index", { $0[44] ^= 1 }),
    ("the size", "size", { $0[52] ^= 1 }), ("the payload", "checksum", { $0[64] ^= 1 }),
    ("the sum", "checksum", { $0[$0.count - 1] ^= 1 }), ("the end", "size", { $0.removeLast() }),
    ("all but the magic", "version", { $0.removeSubrange(8...) }), ("all of it", "magic", { $0 = [] }),
  ]

  @Test("a damaged kept file is refused by name", arguments: damages.indices)
  func damaged(index: Int) throws {
    let damage = Self.damages[index]
    let workspace = try RetrievalBank.copy()
    var files = try Self.kept.get()
    let name = Self.name(0)
    try #require(files[name] != nil)
    damage.change(&files[name]!)
    try workspace.restore(files, to: "kept")
    expect(
      try run(["--cold", "--keep", "kept"], in: workspace), Exit.badData, ["kept/\(name)", damage.field])
    #expect(try workspace.snapshot("kept") == files)
  }

  @Test("kept files of another bank are refused, both roots named")
  func anotherBank() throws {
    let workspace = try RetrievalBank.copy(RetrievalBank.smaller)
    try workspace.restore(Self.kept.get(), to: "kept")
    let roots = try [RetrievalBank.smaller, RetrievalBank.workspace].map {
      try #require($0.run(.read, ["info", "bank", "--json"]).json()["root"]?.stringValue)
    }
    expect(try run(["--cold", "--keep", "kept"], in: workspace), Exit.badData, ["kept/00000000", "root"] + roots)
  }

  @Test("--keep without --cold is a mistake, and a folder that cannot be made is named")
  func refused() throws {
    expect(try run(["--keep", "kept"]), Exit.usage, ["--keep", "--cold"])
    expect(try run(["--cold", "--keep", "model.gguf/kept"]), Exit.cannotCreate, ["model.gguf"])
  }

  /// Kept files of all that the bank holds.
  private static let kept = Result { () throws -> [String: [UInt8]] in
    let workspace = try RetrievalBank.copy()
    let run = try RetrievalBank.retrieve(prompt, ["--memories", "8", "--cold", "--keep", "kept"], in: workspace)
    try #require(run.status == 0, "\(run)")
    return try workspace.snapshot("kept")
  }

  private static func name(_ index: Int) -> String { "00000000\(index).m3k" }

  private func run(_ more: [String], in workspace: Workspace? = nil) throws -> ToolRun {
    try RetrievalBank.retrieve(Self.prompt, Self.arguments + more, in: workspace)
  }

  private func generate(_ more: [String], in workspace: Workspace? = nil) throws -> ToolRun {
    expect(try run(more, in: workspace), Exit.ok)
  }
}
