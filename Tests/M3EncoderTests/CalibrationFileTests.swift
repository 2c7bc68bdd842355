import M3Bytes
import M3Encoder
import M3JSON
import M3TestSupport
import Testing

@Suite struct CalibrationFileTests {
  static let identity = ModelIdentity(
    digest: .of([1]), tokenizerFingerprint: "0123456789abcdef", layerCount: 2, keyValueHeadCount: 2)

  static let calibration = Calibration(
    modelDigest: identity.digest, tokenizerFingerprint: identity.tokenizerFingerprint, kernel: "scalar",
    referenceCount: 3, tokenCount: 321, sampleDigest: .of([2]), repeatPrompt: "\nagain:\n",
    bos: [.init(text: "<s>", perplexity: "17.9312"), .init(text: "", perplexity: "21.7000")],
    heads: [(1, 1, "0.700000"), (0, 1, "0.512345"), (1, 0, "0.512345"), (0, 0, "0.000000")].map {
      .init(head: KeyValueHead(layer: $0.0, head: $0.1), score: $0.2)
    })

  @Test func writtenAndRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("calibration.json")
    try Self.calibration.write(to: path)
    let read = try Calibration(path: path, for: Self.identity)
    #expect(read == Self.calibration)
    let bytes = try folder.read("calibration.json")
    try read.write(to: path)
    #expect(try folder.read("calibration.json") == bytes)
  }

  /// A file that must be refused: what is done to a good one, and the error.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let field: String
    let problem: FormatError.Problem
    let change: @Sendable (inout JSONObject) -> Void
  }

  private static func heads(_ rows: [(Int64, Int64, String)]) -> JSONValue {
    .array(rows.map { ["layer": .integer($0.0), "head": .integer($0.1), "score": .string($0.2)] })
  }

  private static func bos(_ rows: [(String, String)]) -> JSONValue {
    .array(rows.map { ["text": .string($0.0), "perplexity": .string($0.1)] })
  }

  static let damages = [
    Damage(
      testDescription: "another format", field: "calibration.format",
      problem: .mismatch(expected: "m3-calibration", found: "m3")
    ) {
      $0["format"] = "m3"
    },
    Damage(
      testDescription: "a later version", field: "calibration.version",
      problem: .unsupportedVersion(found: "2", supported: "1")
    ) {
      $0["version"] = 2
    },
    Damage(testDescription: "an unknown field", field: "calibration", problem: .unsupported(found: "the field extra")) {
      $0["extra"] = 1
    },
    Damage(testDescription: "no sum of the sample", field: "calibration.sample_sha256", problem: .missing("field")) {
      $0["sample_sha256"] = nil
    },
    Damage(
      testDescription: "a sum that is none", field: "calibration.model_sha256",
      problem: .malformed("not 64 lower-case hexadecimal digits")
    ) {
      $0["model_sha256"] = "abc"
    },
    Damage(
      testDescription: "no references", field: "calibration.references",
      problem: .outOfRange(found: "0", allowed: "at least 1")
    ) {
      $0["references"] = 0
    },
    Damage(testDescription: "no BOS", field: "calibration.bos", problem: .missing("BOS text")) { $0["bos"] = [] },
    Damage(
      testDescription: "a perplexity that is no number", field: "calibration.bos[0].perplexity",
      problem: .malformed("not a decimal: nan")
    ) { $0["bos"] = bos([("<s>", "nan")]) },
    Damage(
      testDescription: "a perplexity in hexadecimal", field: "calibration.bos[0].perplexity",
      problem: .malformed("not a decimal: 0X1p3")
    ) { $0["bos"] = bos([("<s>", "0X1p3")]) },
    Damage(
      testDescription: "BOS texts out of order", field: "calibration.bos[1].perplexity",
      problem: .malformed("falls within a ranking, the best first")
    ) { $0["bos"] = bos([("<s>", "18.0"), ("", "17.9")]) },
    Damage(
      testDescription: "heads out of order", field: "calibration.heads[1].score",
      problem: .malformed("rises within a ranking, the best first")
    ) { $0["heads"] = heads([(0, 0, "0.1"), (0, 1, "0.2"), (1, 0, "0.1"), (1, 1, "0.1")]) },
    Damage(
      testDescription: "a head twice", field: "calibration.heads[2]", problem: .duplicate("head 0 of layer 0")
    ) { $0["heads"] = heads([(0, 0, "0.3"), (0, 1, "0.2"), (0, 0, "0.1"), (1, 1, "0.1")]) },
    Damage(
      testDescription: "a layer that the model does not have", field: "calibration.heads[1]",
      problem: .outOfRange(found: "head 0 of layer 2", allowed: "2 layers of 2 heads")
    ) { $0["heads"] = heads([(0, 0, "0.3"), (2, 0, "0.2"), (1, 0, "0.1"), (1, 1, "0.1")]) },
    Damage(
      testDescription: "a negative head", field: "calibration.heads[0]",
      problem: .outOfRange(found: "head -1 of layer 0", allowed: "2 layers of 2 heads")
    ) { $0["heads"] = heads([(0, -1, "0.3")]) },
    Damage(
      testDescription: "a head that is not ranked", field: "calibration.heads", problem: .missing("head 1 of layer 0")
    ) { $0["heads"] = heads([(0, 0, "0.3"), (1, 0, "0.1"), (1, 1, "0.1")]) },
    Damage(
      testDescription: "another model", field: "calibration.model_sha256",
      problem: .mismatch(
        expected: "the model \(SHA256Digest.of([1]))", found: "a calibration of \(SHA256Digest.of([9]))")
    ) { $0["model_sha256"] = .string(SHA256Digest.of([9]).description) },
    Damage(
      testDescription: "another tokenizer", field: "calibration.tokenizer",
      problem: .mismatch(expected: "0123456789abcdef", found: "fedcba9876543210")
    ) { $0["tokenizer"] = "fedcba9876543210" },
  ]

  @Test(arguments: damages)
  func refuses(_ damage: Damage) throws {
    let folder = try TemporaryFolder()
    var object = Self.calibration.json
    damage.change(&object)
    let path = try folder.write(JSONValue.object(object).serialized(), "calibration.json")
    let error = #expect(throws: FormatError.self) { try Calibration(path: path, for: Self.identity) }
    #expect(error?.field == damage.field)
    #expect(error?.problem == damage.problem)
    #expect(error?.file == path)
  }

  /// The pinned model's calibration, which the repository carries.
  @Test func theDemosCalibration() throws {
    let bytes = try ReadableFile.contents(
      of: Fixtures.root + "/pipelines/smollm2-135m.calibration.json", limit: 1 << 20)
    let calibration = try Calibration(json: JSONFields(JSONValue.parse(bytes), path: "calibration"))
    #expect(JSONValue.object(calibration.json).serialized(.pretty) == bytes)
    try calibration.requireFit(
      ModelIdentity(
        digest: calibration.modelDigest, tokenizerFingerprint: calibration.tokenizerFingerprint, layerCount: 30,
        keyValueHeadCount: 3))
    if let path = Fixtures.smollm2 { #expect(try calibration.modelDigest == .ofFile(path)) }
  }
}
