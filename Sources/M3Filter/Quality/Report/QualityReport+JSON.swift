import M3Bytes
public import M3JSON

extension QualityReport {
  public var json: JSONObject {
    [
      "examples": .integer(Int64(exampleCount)),
      "groups": .integer(Int64(groupCount)),
      "held_out": .object(heldOut.json),
      "lambda": .double(lambda),
      "seed": .string(Hexadecimal.string(seed)),
      "training": .integer(Int64(trainingCount)),
      "uncalibrated": uncalibrated.map { .object($0.json) } ?? .null,
      "validation": .array(validation.map { ["lambda": .double($0.lambda), "log_loss": .double($0.logLoss)] }),
    ]
  }

  init(json: JSONFields) throws(FormatError) {
    try json.refuseUnknown(keys: [
      "examples", "groups", "held_out", "lambda", "seed", "training", "uncalibrated", "validation",
    ])
    let text: String = try json.required("seed")
    guard text.utf8.count == 16, let seed = UInt64(text, radix: 16), Hexadecimal.string(seed) == text else {
      throw FormatError(.malformed("not 16 lower-case hexadecimal digits"), field: "\(json.path).seed")
    }
    var validation: [ValidationLoss] = []
    for entry in try json.required("validation", as: [JSONFields].self) {
      try entry.refuseUnknown(keys: ["lambda", "log_loss"])
      validation.append(ValidationLoss(lambda: try entry.penalty("lambda"), logLoss: try entry.required("log_loss")))
    }
    let uncalibrated: JSONValue = try json.required("uncalibrated")
    self.init(
      seed: seed, exampleCount: try json.count("examples"), groupCount: try json.count("groups"),
      trainingCount: try json.count("training"), lambda: try json.penalty("lambda"), validation: validation,
      heldOut: try QualityFigures(json: json.required("held_out")),
      uncalibrated: uncalibrated == .null ? nil : try QualityFigures(json: json.required("uncalibrated")))
  }
}

extension QualityFigures {
  public var json: JSONObject {
    [
      "auc": area.map { .double($0.value) } ?? .null,
      "auc_interval": area.map { [.double($0.interval.lowerBound), .double($0.interval.upperBound)] } ?? .null,
      "brier": .double(brier),
      "calibration_error": .double(calibrationError),
      "count": .integer(Int64(count)),
      "log_loss": .double(logLoss),
      "positive": .integer(Int64(positiveCount)),
      "reliability": .array(
        reliability.map {
          [
            "count": .integer(Int64($0.count)), "mean_label": .double($0.meanLabel),
            "mean_score": .double($0.meanScore),
          ]
        }),
      "spearman": spearman.map { .double($0) } ?? .null,
    ]
  }

  init(json: JSONFields) throws(FormatError) {
    try json.refuseUnknown(keys: [
      "auc", "auc_interval", "brier", "calibration_error", "count", "log_loss", "positive", "reliability", "spearman",
    ])
    var bins: [ReliabilityBin] = []
    for bin in try json.required("reliability", as: [JSONFields].self) {
      try bin.refuseUnknown(keys: ["count", "mean_label", "mean_score"])
      bins.append(
        ReliabilityBin(
          count: try bin.count("count"), meanScore: try bin.share("mean_score"), meanLabel: try bin.share("mean_label"))
      )
    }
    guard bins.count == ReliabilityBin.tableSize else {
      throw FormatError(
        .mismatch(expected: "\(ReliabilityBin.tableSize) bins", found: "\(bins.count)"),
        field: "\(json.path).reliability")
    }
    let spearman: JSONValue = try json.required("spearman")
    self.init(
      count: try json.count("count"), positiveCount: try json.count("positive"), area: try Self.area(json),
      spearman: spearman == .null ? nil : try json.required("spearman"), logLoss: try json.required("log_loss"),
      brier: try json.share("brier"), reliability: bins)
    // What follows from the table stands beside it for readers, and must be what follows.
    guard try json.share("calibration_error") == calibrationError else {
      throw FormatError(
        .mismatch(expected: "\(calibrationError)", found: "another number"), field: "\(json.path).calibration_error")
    }
  }

  private static func area(_ json: JSONFields) throws(FormatError) -> AreaUnderCurve? {
    let interval: JSONValue = try json.required("auc_interval")
    if try json.required("auc", as: JSONValue.self) == .null, interval == .null { return nil }
    let bounds: [Double] = try json.required("auc_interval")
    guard bounds.count == 2, bounds[0] <= bounds[1] else {
      throw FormatError(.malformed("not an interval"), field: "\(json.path).auc_interval")
    }
    return AreaUnderCurve(value: try json.share("auc"), interval: bounds[0]...bounds[1])
  }
}
