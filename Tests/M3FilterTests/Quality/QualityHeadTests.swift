import Glibc
import M3Bytes
import M3Filter
import M3JSON
import M3TestSupport
import M3Text
import Testing

@Suite struct QualityHeadTests {
  /// The JSON with some members changed, its own sum made right again.
  private static func resealed(_ change: (inout JSONObject) throws -> Void) throws -> [UInt8] {
    var object = try JSONFields(JSONValue.parse(Samples.head().serialized()), path: "head").object
    try change(&object)
    return object.sealed("head_sha256")
  }

  @Test func itIsReadAsItWasWritten() throws {
    for head in [
      try Samples.head(),
      try QualityTraining().train(
        Samples.examples(90, dimension: 3, seed: 4, grades: 5), embedder: Samples.embedder),
    ] {
      let read = try QualityHead.parse(head.serialized())
      #expect(read == head)
      #expect(read.serialized() == head.serialized())
    }
    #expect(try QualityHead.parse(Self.resealed { _ in }) == Samples.head())
  }

  @Test func itIsReadFromItsFile() throws {
    let folder = try TemporaryFolder()
    let head = try Samples.head()
    try head.write(to: folder.file("head.json"))
    #expect(try QualityHead(path: folder.file("head.json")) == head)
    try folder.write(Array(head.serialized().dropLast()), "cut.json")
    #expect {
      try QualityHead(path: folder.file("cut.json"))
    } throws: { error in
      (error as? FormatError)?.file == folder.file("cut.json")
    }
    #expect(throws: FileError.self) { try QualityHead(path: folder.file("none.json")) }
  }

  @Test func everyBitFlipIsRefused() throws {
    let bytes = try Samples.head().serialized()
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      #expect(throws: FormatError.self, "byte \(index)") { try QualityHead.parse(damaged) }
    }
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: FormatError.self) { try QualityHead.parse(Array(bytes[..<length])) }
    }
  }

  @Test func whatIsNotOfThisVersionIsRefusedByName() throws {
    func inside(_ key: String, _ object: JSONObject, _ change: (inout JSONObject) -> Void) throws -> JSONValue {
      var inner: JSONObject = try JSONFields(object, path: "").required(key)
      change(&inner)
      return .object(inner)
    }
    let table: [(field: String, change: (inout JSONObject) throws -> Void)] = [
      ("format", { $0["format"] = "m3-calibration" }),
      ("version", { $0["version"] = 2 }),
      ("features[0]", { $0["features"] = ["layers"] }),
      ("bias", { $0["bias"] = nil }),
      ("bias", { $0["bias"] = .null }),
      ("bias", { $0["bias"] = .number("1e51") }),
      ("bias", { $0["bias"] = .number("1e400") }),
      ("dimension", { $0["dimension"] = 0 }),
      ("dimension", { $0["dimension"] = 65_537 }),
      (
        "weights",
        {
          $0["dimension"] = 4; $0["mean"] = [0, 0, 0, 0]; $0["deviation"] = [1, 1, 1, 1]
        }
      ),
      ("weights[1]", { $0["weights"] = [0, "1", 0, 0, 0] }),
      ("deviation[2]", { $0["deviation"] = [1, 1, 0, 1, 1] }),
      ("mean", { $0["mean"] = [0] }),
      ("label_maximum", { $0["label_maximum"] = 0 }),
      ("calibration.slope", { $0["calibration"] = try inside("calibration", $0) { $0["slope"] = -1 } }),
      ("embedder.sha256", { $0["embedder"] = try inside("embedder", $0) { $0["sha256"] = "00" } }),
      ("embedder", { $0["embedder"] = try inside("embedder", $0) { $0["name"] = "x" } }),
      ("report.seed", { $0["report"] = try inside("report", $0) { $0["seed"] = "7" } }),
      ("report.lambda", { $0["report"] = try inside("report", $0) { $0["lambda"] = 0 } }),
      ("report.held_out", { $0["report"] = try inside("report", $0) { $0["held_out"] = nil } }),
      ("", { $0["made_by"] = "x" }),
    ]
    for (field, change) in table {
      #expect {
        try QualityHead.parse(Self.resealed(change))
      } throws: { error in
        (error as? FormatError)?.field == (field.isEmpty ? "quality head" : "quality head.\(field)")
      }
    }
  }

  @Test func aWrongSumIsRefused() throws {
    var object = try JSONFields(JSONValue.parse(Samples.head().serialized()), path: "head").object
    object["bias"] = .number("0.25")
    #expect {
      try QualityHead.parse(JSONValue.object(object).serialized(.canonical) + [0x0A])
    } throws: { error in
      guard case .checksumMismatch? = (error as? FormatError)?.problem else { return false }
      return (error as? FormatError)?.field == "quality head.head_sha256"
    }
  }

  /// The article's formula on the numbers of the file.
  @Test func itScoresAsTheArticleSays() throws {
    var training = QualityTraining(seed: 3)
    training.lambdas = [3]
    let head = try training.train(Samples.examples(200, dimension: 5, seed: 3), embedder: Samples.embedder)
    let file = try JSONFields(JSONValue.parse(head.serialized()), path: "head")
    let weights: [Double] = try file.required("weights")
    let (mean, deviation): ([Double], [Double]) = (try file.required("mean"), try file.required("deviation"))
    let calibration: JSONFields = try file.required("calibration")
    let vector: [Float] = [0.25, -1, 2, 0.125, -0.5]
    var logit: Double = try file.required("bias")
    for index in weights.indices {
      logit += weights[index] * (Double(vector[index]) - mean[index]) / deviation[index]
    }
    logit = try logit * calibration.required("slope") + calibration.required("intercept")
    #expect(abs(try head.score(vector) - 1 / (1 + exp(-logit))) < 1e-12)
    #expect(try calibration.required("slope", as: Double.self) > 1)
  }

  @Test func itScoresTheVectorsOfItsEncoderAlone() throws {
    let head = try Samples.head()
    let texts = ["1 0 0.5 -1 0", "0 0 0 0 0", "1 0 0.5 -1 0"]
    let scores = try ModelQualityScorer(head: head, embedder: WrittenVectors(dimension: 5)).scores(of: texts)
    #expect(scores[0] == scores[2] && scores[0] != scores[1])
    #expect(scores[1] == (try head.score([0, 0, 0, 0, 0])))
    #expect(scores.allSatisfy { (0...1).contains($0) })
    let other = EmbedderIdentity(settings: ["test": 2], description: "another")
    #expect(throws: QualityError.otherEmbedder(expected: Samples.embedder, found: other)) {
      try ModelQualityScorer(head: head, embedder: WrittenVectors(dimension: 5, identity: other))
    }
    #expect(throws: QualityError.vectorLength(index: 0, expected: 5, found: 4)) {
      try ModelQualityScorer(head: head, embedder: WrittenVectors(dimension: 4))
    }
  }

  @Test func vectorsThatCannotBeScoredAreRefused() throws {
    let head = try Samples.head()
    #expect(throws: QualityError.vectorLength(index: 0, expected: 5, found: 4)) { try head.score([1, 2, 3, 4]) }
    #expect(throws: QualityError.vectorLength(index: 1, expected: 5, found: 2)) {
      try head.scores([Float](repeating: 0, count: 7))
    }
    #expect(throws: QualityError.vectorNotFinite(index: 1, element: 2)) {
      try head.scores([0, 0, 0, 0, 0, 0, 0, .nan, 0, 0])
    }
    // As large as float32 gets, in every direction.
    for vector in [[Float](repeating: 3e38, count: 5), [3e38, -3e38, 3e38, -3e38, 3e38]] {
      #expect((0...1).contains(try head.score(vector)))
    }
    #expect(throws: QualityError.tooFewGroups(found: 0, needed: 1)) { try head.figures(on: []) }
    #expect(throws: QualityError.label(index: 0, found: 2, allowed: "0 or 1")) {
      try head.figures(on: [QualityExample(vector: [0, 0, 0, 0, 0], label: 2)])
    }
  }
}
