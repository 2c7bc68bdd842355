import M3Bytes
import M3JSON

/// What the memories of one bank are worth, and how large they are.
struct FidelityPoint: Sendable {
  /// The curve that it belongs to.
  let series: String
  let codec: String
  /// Mean bytes of a record's payload over the bank.
  let bytesPerReference: Double
  let itemCount: Int
  /// A sum over the items' contents: points of other items cannot be compared.
  let itemsSum: String
  let distractorCount: Int
  /// Of the mean of the tasks' losses; nil where the reference's text does not help, as in ``interval``.
  let recovered: Double?
  /// 95 %, by the bootstrap over items.
  let interval: ClosedRange<Double>?
  /// By task name, ascending; nil where the text does not help.
  let tasks: [(name: String, recovered: Double?)]
  /// All that was measured, as ``read(path:)`` takes it.
  let json: JSONObject

  /// Beyond them nothing can be drawn; a memory that is worth a thousand texts is a mistake.
  private static let recoveredRange = -1000.0...1000.0
  private static let bytesRange = 1.0...0x1p40

  /// - Throws: ``FormatError`` for a field that is missing, or of another type, or out of range.
  init(_ json: JSONObject) throws(FormatError) {
    let fields = JSONFields(json, path: "fidelity")
    let bench: String = try fields.required("bench")
    guard bench == "fidelity" else {
      throw FormatError(.mismatch(expected: "fidelity", found: bench), field: "fidelity.bench")
    }
    series = try fields.required("series")
    codec = try fields.required("codec")
    itemCount = try fields.required("items")
    itemsSum = try fields.required("items_sum")
    distractorCount = try fields.required("distractors")
    bytesPerReference = try Self.number(json["bytes_per_reference"], Self.bytesRange, "bytes_per_reference")
    if json["recovered"] == nil {
      (recovered, interval) = (nil, nil)
    } else {
      recovered = try Self.number(json["recovered"], Self.recoveredRange, "recovered")
      interval = try Self.interval(json["recovered_ci"])
    }
    var tasks: [(name: String, recovered: Double?)] = []
    for (name, value) in try fields.optional("recovered_tasks", as: JSONObject.self)?.members ?? [] {
      let recovered = value == .null ? nil : try Self.number(value, Self.recoveredRange, "recovered_tasks.\(name)")
      tasks.append((name, recovered))
    }
    self.tasks = tasks.sorted { $0.name < $1.name }
    self.json = json
  }

  private static func interval(_ value: JSONValue?) throws(FormatError) -> ClosedRange<Double> {
    guard let bounds = value?.arrayValue, bounds.count == 2 else {
      throw FormatError(.missing("two numbers"), field: "fidelity.recovered_ci")
    }
    let low = try number(bounds[0], recoveredRange, "recovered_ci[0]")
    return low...(try number(bounds[1], low...recoveredRange.upperBound, "recovered_ci[1]"))
  }

  private static func number(
    _ value: JSONValue?, _ range: ClosedRange<Double>, _ field: String
  ) throws(FormatError) -> Double {
    guard let number = value?.doubleValue else { throw FormatError(.missing("a number"), field: "fidelity.\(field)") }
    guard range.contains(number) else {
      throw FormatError(
        .outOfRange(found: "\(number)", allowed: "\(range.lowerBound) to \(range.upperBound)"),
        field: "fidelity.\(field)")
    }
    return number
  }
}
