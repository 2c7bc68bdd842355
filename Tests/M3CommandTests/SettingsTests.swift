import M3Command
import M3Encoder
import M3JSON
import M3Memory
import M3TestSupport
import Testing

@Suite("Pipeline files")
struct SettingsTests {
  @Test("defaults are those of pipelines/vital-articles.yaml")
  func defaults() throws {
    let file = Fixtures.root + "/pipelines/vital-articles.yaml"
    var (ours, theirs) = (try SettingsSection("chunk", file: nil), try SettingsSection("chunk", file: file))
    #expect(try ChunkSettings(&ours) == ChunkSettings(&theirs))
    (ours, theirs) = (try SettingsSection("encode", file: nil), try SettingsSection("encode", file: file))
    // Not the settings themselves: the file gives a BOS text, and the defaults leave it to a calibration.
    #expect(try EncodeSettings(&ours).json == EncodeSettings(&theirs).json)
    (ours, theirs) = (try SettingsSection("quantize", file: nil), try SettingsSection("quantize", file: file))
    #expect(try QuantizeSettings(&ours) == QuantizeSettings(&theirs))
    (ours, theirs) = (try SettingsSection("shard", file: nil), try SettingsSection("shard", file: file))
    #expect(try ShardSettings(&ours) == ShardSettings(&theirs))
  }

  @Test("the paper's preset is the paper's recipe")
  func paper() throws {
    let file = Fixtures.root + "/pipelines/memory3.yaml"
    var section = try SettingsSection("encode", file: file)
    let settings = try EncodeSettings(&section)
    #expect(settings.rule == .attention)
    #expect(settings.allocation == .uniform)
    #expect(settings.tokensPerHead == 8)
    #expect(try settings.memoryLayers(layerCount: 44) == Array(0..<22))
    #expect(settings.contextBOS == .attend)
    #expect(settings.keySpace == .afterRotation)
  }

  @Test("a flag wins over --set, which wins over the file")
  func precedence() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array("chunk:\n  max_tokens: 100\n  text_field: body\n".utf8), "pipeline.yaml")
    var section = try SettingsSection("chunk", file: file, overrides: ["max_tokens=90", "id_field=key"])
    section.override("max_tokens", "80")
    let settings = try ChunkSettings(&section)
    #expect(settings.maximumTokens == 80)
    #expect(settings.textField == "body")
    #expect(settings.idField == "key")
  }

  @Test(
    "an unknown key is refused with the nearest known one",
    arguments: [
      ("chunk:\n  max_token: 1\n", "chunk.max_token", "max_tokens"),
      ("chunk:\n  titel_field: t\n", "chunk.titel_field", "title_field"),
      ("chnk:\n  max_tokens: 64\n", "chnk", "chunk"),
    ])
  func unknownKey(text: String, key: String, nearest: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(text.utf8), "pipeline.yaml")
    #expect(throws: SettingsError.unknownKey(key, place: file, nearest: nearest)) {
      var section = try SettingsSection("chunk", file: file)
      _ = try ChunkSettings(&section)
    }
  }

  @Test(
    "values of another kind or out of range are refused",
    arguments: [
      "chunk:\n  max_tokens: many\n", "chunk:\n  max_tokens: 7\n", "chunk:\n  max_tokens: [1, 2]\n",
      "chunk:\n  with_token_ids: 1\n", "chunk: 3\n", "- chunk\n", "chunk:\n  max_tokens: {a: 1}\n", "chunk: [\n",
    ])
  func malformed(text: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(text.utf8), "pipeline.yaml")
    #expect(throws: SettingsError.self) {
      var section = try SettingsSection("chunk", file: file)
      _ = try ChunkSettings(&section)
    }
  }

  @Test(
    "an empty place in a list is refused, and an empty list is none", arguments: ["[,]", "[a,]", "[, a]", "[a,,b]"])
  func emptyElements(text: String) throws {
    var section = try SettingsSection("filter", file: nil, overrides: ["profiles=\(text)"])
    #expect(throws: SettingsError.self) { try section.list("profiles", default: []) }
    var none = try SettingsSection("filter", file: nil, overrides: ["profiles=[ ]"])
    #expect(try none.list("profiles", default: ["x"]) == [])
  }

  /// Ten times ten … times what the first is: a tree that cannot be walked through, as a key must be.
  @Test("aliases of aliases are refused before they are looked into")
  func aliases() throws {
    let names = Array("abcdefghijklm").map(String.init)
    let laughs = zip(names, names.dropFirst()).map { before, name in
      "\(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ", "))]\n"
    }
    let folder = try TemporaryFolder()
    let text = "a: &a [x]\n" + laughs.joined() + "? *m\n: 1\n"
    let file = try folder.write(Array(text.utf8), "pipeline.yaml")
    #expect(throws: SettingsError.malformed("\(file): more than 32 aliases (*name)")) {
      try SettingsSection("chunk", file: file)
    }
    let large = try folder.write(Array(("chunk: {}\n" + String(repeating: "#", count: 1 << 16)).utf8), "large.yaml")
    #expect(throws: SettingsError.self) { try SettingsSection("chunk", file: large) }
    let used = try folder.write(Array("chunk:\n  max_tokens: &n 64\n  task_bytes: *n\n".utf8), "used.yaml")
    var section = try SettingsSection("chunk", file: used)
    #expect(try ChunkSettings(&section).taskBytes == 64)
  }

  @Test(
    "memory layers",
    arguments: [
      ("all", [0, 1, 2, 3, 4]), ("first_half", [0, 1, 2]), ("1-3", [1, 2, 3]), ("[4, 0]", [0, 4]),
      ("0-1,3", [0, 1, 3]),
    ])
  func layers(text: String, layers: [Int]) throws {
    var section = try SettingsSection("encode", file: nil, overrides: ["layers=\(text)"])
    #expect(try EncodeSettings(&section).memoryLayers(layerCount: 5) == layers)
  }

  @Test("layers that a model does not have", arguments: ["5", "3-1", "-1", "", "1,,2", "x", "0-9"])
  func wrongLayers(text: String) throws {
    var section = try SettingsSection("encode", file: nil, overrides: ["layers=\(text)"])
    let settings = try EncodeSettings(&section)
    #expect(throws: SettingsError.self) { try settings.memoryLayers(layerCount: 5) }
  }
}
