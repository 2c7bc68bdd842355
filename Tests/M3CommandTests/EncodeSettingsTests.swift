import M3Bytes
import M3Command
import M3Encoder
import M3JSON
import M3TestSupport
import Testing

/// What `allocation: heads`, a calibration and `context: document` make of the settings.
@Suite("Settings of m3-encode")
struct EncodeSettingsTests {
  /// A calibration of 4 layers with 2 heads: the later a head, the better.
  static let calibration = Calibration(
    modelDigest: .of([1]), tokenizerFingerprint: "0123456789abcdef", kernel: "scalar", referenceCount: 1,
    tokenCount: 1, sampleDigest: .of([2]), repeatPrompt: "",
    bos: [.init(text: "<best>", perplexity: "1.0000"), .init(text: "<other>", perplexity: "2.0000")],
    heads: (0..<8).reversed().map { .init(head: KeyValueHead(layer: $0 / 2, head: $0 % 2), score: "0.\($0)") })

  private func settings(_ overrides: [String], file: String? = nil) throws -> EncodeSettings {
    var section = try SettingsSection("encode", file: file, overrides: overrides)
    return try EncodeSettings(&section)
  }

  @Test(
    "dense heads are the best of the memory layers",
    arguments: [
      ("all", 1, [(3, 1)]), ("all", 3, [(2, 1), (3, 0), (3, 1)]), ("first_half", 3, [(0, 1), (1, 0), (1, 1)]),
      ("0,2", 4, [(0, 0), (0, 1), (2, 0), (2, 1)]),
    ])
  func denseHeads(layers: String, count: Int, expected: [(Int, Int)]) throws {
    let settings = try settings(["allocation=heads", "dense_heads=\(count)", "layers=\(layers)"])
      .resolved(Self.calibration, layerCount: 4)
    #expect(settings.denseHeads == expected.map { KeyValueHead(layer: $0.0, head: $0.1) })
    let configuration = settings.encoderConfiguration(memoryLayers: [0, 1, 2, 3], repeatPrompt: [])
    #expect(configuration.denseHeads == settings.denseHeads)
    #expect(configuration.allocation == .heads)
  }

  @Test("heads need no second pass, unless a rule is given")
  func rule() throws {
    #expect(try settings([]).rule == .all)
    #expect(try settings(["allocation=heads"]).rule == .received)
    #expect(try settings(["allocation=heads", "rule=attention"]).rule == .attention)
    let file = Fixtures.root + "/pipelines/vital-articles.yaml"
    #expect(try settings(["allocation=heads"], file: file).rule == .all)
  }

  @Test("only `heads` keeps no token elsewhere")
  func noTokensElsewhere() throws {
    #expect(try settings(["allocation=heads", "tokens_per_head=0"]).tokensPerHead == 0)
    #expect(throws: SettingsError.self) { try settings(["tokens_per_head=0"]) }
  }

  @Test("`heads` without a calibration, or with more heads than there are")
  func refused() throws {
    let heads = try settings(["allocation=heads", "dense_heads=5"])
    #expect(throws: SettingsError.self) { try heads.resolved(nil, layerCount: 4) }
    #expect(try heads.resolved(Self.calibration, layerCount: 4).denseHeads.count == 5)
    let fewer = try settings(["allocation=heads", "dense_heads=5", "layers=0-1"])
    #expect(throws: SettingsError.malformed("encode.dense_heads: the memory layers have 4 heads")) {
      try fewer.resolved(Self.calibration, layerCount: 4)
    }
  }

  @Test("the calibration's BOS, unless one is given")
  func bos() throws {
    #expect(try settings([]).resolved(nil, layerCount: 4).bos == "<|endoftext|>")
    #expect(try settings([]).resolved(Self.calibration, layerCount: 4).bos == "<best>")
    #expect(try settings(["bos=<mine>"]).resolved(Self.calibration, layerCount: 4).bos == "<mine>")
    #expect(try settings(["bos="]).resolved(Self.calibration, layerCount: 4).bos == "")
  }

  @Test("a path in a file is relative to it, one of a flag is not")
  func calibrationPath() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array("encode:\n  calibration: model.json\n".utf8), "pipeline.yaml")
    #expect(try settings([], file: file).calibration == folder.file("model.json"))
    #expect(try settings(["calibration=model.json"], file: file).calibration == "model.json")
    var section = try SettingsSection("encode", file: file)
    section.override("calibration", "flag.json")
    #expect(try EncodeSettings(&section).calibration == "flag.json")
    #expect(try settings([]).calibration == nil)
  }

  @Test("the calibration's file is read for the model")
  func calibrationFile() throws {
    let folder = try TemporaryFolder()
    try Self.calibration.write(to: folder.file("model.json"))
    let settings = try settings(["calibration=\(folder.file("model.json"))"])
    var model = ModelIdentity(
      digest: .of([1]), tokenizerFingerprint: "0123456789abcdef", layerCount: 4, keyValueHeadCount: 2)
    #expect(try settings.resolved(for: model).bos == "<best>")
    model.digest = .of([3])
    let error = #expect(throws: FormatError.self) { try settings.resolved(for: model) }
    #expect(error?.field == "calibration.model_sha256")
  }

  @Test("a plan tells what differs, and leaves out what does not apply")
  func plan() throws {
    func printed(_ overrides: [String]) throws -> String {
      let settings = try settings(overrides).resolved(Self.calibration, layerCount: 4)
      return String(decoding: JSONValue.object(settings.json).serialized(), as: UTF8.self)
    }
    let usual = try printed([])
    #expect(!usual.contains("dense_heads") && !usual.contains("context\"") && !usual.contains("document_tokens"))
    #expect(try printed(["dense_heads=3", "document_tokens=500"]) == usual)
    #expect(try printed(["allocation=heads", "dense_heads=2"]).contains("\"dense_heads\":[[3,0],[3,1]]"))
    #expect(
      try printed(["context=document", "document_tokens=500"]).contains(
        "\"context\":\"document\",\"context_bos\":\"none\",\"document_tokens\":500"))
  }
}
