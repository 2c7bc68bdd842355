public import M3Bytes
import M3JSON
import M3Text

extension QualityHead {
  static let seal = SealedFields(
    name: "quality head", format: "m3-quality-head", version: 1, sumKey: "head_sha256", limit: 1 << 24)
  /// Elements of a vector at most.
  private static let maximumDimension = 1 << 16

  /// The file: canonical JSON and a line feed.
  public func serialized() -> [UInt8] {
    Self.seal.serialized([
      "bias": .double(model.bias),
      "calibration": ["intercept": .double(model.calibration.intercept), "slope": .double(model.calibration.slope)],
      "deviation": .array(model.standardization.deviation.map { .double($0) }),
      "dimension": .integer(Int64(dimension)),
      "embedder": embedder.json,
      "features": [],
      "format": .string(Self.seal.format),
      "label_maximum": scale.json,
      "mean": .array(model.standardization.mean.map { .double($0) }),
      "report": .object(report.json),
      "version": .integer(Int64(Self.seal.version)),
      "weights": .array(model.weights.map { .double($0) }),
    ])
  }

  /// Writes the file.
  /// - Throws: ``FileError``; ``FormatError`` where the disk gives other bytes back.
  public func write(to path: String) throws {
    try AtomicFile.write(serialized(), to: path)
  }

  /// Reads a file.
  /// - Throws: ``FileError``; ``FormatError`` as ``parse(_:)``.
  public init(path: String) throws {
    let bytes = try ReadableFile.contents(of: path, limit: Self.seal.limit)
    do throws(FormatError) {
      self = try Self.parse(bytes)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads what ``serialized()`` gave.
  /// - Throws: ``FormatError`` for bytes that are not canonical, a sum that is wrong, a field that is missing, unknown, of
  ///   another kind or out of range.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> QualityHead {
    let json = try seal.parse(bytes)
    try json.refuseUnknown(keys: [
      "bias", "calibration", "deviation", "dimension", "embedder", "features", "format", "label_maximum", "mean",
      "report", "version", "weights",
    ])
    let dimension: Int = try json.required("dimension")
    guard (1...maximumDimension).contains(dimension) else {
      throw FormatError(
        .outOfRange(found: "\(dimension)", allowed: "1 to \(maximumDimension)"), field: "\(json.path).dimension")
    }
    let deviation = try json.coefficients("deviation", count: dimension)
    if let bad = deviation.firstIndex(where: { $0 < 1e-50 }) {
      throw FormatError(
        .outOfRange(found: "\(deviation[bad])", allowed: "at least 1e-50"), field: "\(json.path).deviation[\(bad)]")
    }
    let model = QualityModel(
      weights: try json.coefficients("weights", count: dimension), bias: try json.coefficient("bias"),
      standardization: Standardization(mean: try json.coefficients("mean", count: dimension), deviation: deviation),
      calibration: try PlattScaling(json: json.required("calibration")))
    return QualityHead(
      embedder: try EmbedderIdentity(json.required("embedder")), scale: try LabelScale(json: json, "label_maximum"),
      model: model, report: try QualityReport(json: json.required("report")))
  }
}

extension PlattScaling {
  init(json: JSONFields) throws(FormatError) {
    try json.refuseUnknown(keys: ["intercept", "slope"])
    self.init(slope: try json.coefficient("slope"), intercept: try json.coefficient("intercept"))
    guard slope > 0 else {
      throw FormatError(.outOfRange(found: "\(slope)", allowed: "above 0"), field: "\(json.path).slope")
    }
  }
}

extension LabelScale {
  /// The best grade; null for labels that are good or bad.
  var json: JSONValue {
    switch self {
    case .binary: .null
    case .graded(let maximum): .double(maximum)
    }
  }

  init(json: JSONFields, _ key: String) throws(FormatError) {
    let value: JSONValue = try json.required(key)
    self = value == .null ? .binary : .graded(maximum: try json.penalty(key))
  }
}
