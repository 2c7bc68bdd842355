import M3Bytes
import M3JSON
import M3Memory

/// Reads the fields of a predicted codec's codebook. Sizes are bounded so that their products fit, and nothing is
/// allocated that the bytes left could not fill.
enum PredictedCodebookReader {
  private static let largestSize = 1 << 12
  private static let largestComponentCount = 1 << 16
  private static let largestHiddenSize = 1 << 20
  private static let largestReadingCount = 1 << 20

  static func text(_ shape: MemoryShape) -> String {
    "layers \(shape.layers) of \(shape.keyValueHeadCount) heads of \(shape.headDimension)"
  }

  static func codebook(_ reader: inout ByteReader) throws(FormatError) -> PredictedCodebook {
    try reader.header(magic: PredictedCodebook.magic, version: PredictedCodebook.version)
    let provenance = try provenance(&reader)
    let shape = try shape(&reader)
    let features = FeatureKind(
      hiddenLayers: try size(&reader, "hidden layers", 0...largestSize),
      hiddenSize: try size(&reader, "hidden size", 1...largestHiddenSize))
    let rank = try size(&reader, "prediction rank", 0...largestComponentCount)
    let components = try size(&reader, "components", 1...largestComponentCount)
    for (field, known) in [
      ("classes", SymbolModel.classCount), ("contexts", SymbolModel.contextCount), ("symbols", SymbolModel.symbolCount),
    ] { _ = try size(&reader, field, known...known) }
    let blocks = 2 * shape.entryCount
    let counts = try directionCounts(&reader, blocks: blocks, dimension: shape.headDimension)
    let directionCount = counts.reduce(0, +)
    let means = try reader.floats(blocks * shape.headDimension, "means")
    let analysis = try halves(&reader, directionCount * shape.headDimension, "analysis")
    let synthesis = try halves(&reader, directionCount * shape.headDimension, "synthesis")
    let predictionBasis = try halves(&reader, rank * directionCount, "prediction basis")
    let basis = try halves(&reader, components * directionCount, "basis")
    let predictor = try halves(&reader, (2 * features.width + 1) * rank, "predictor")
    let deviationsOffset = reader.byteOffset
    let deviations = try positive(&reader, components, "deviations")
    if let bad = PredictedCodebook.firstAscending(deviations) {
      throw FormatError(
        .outOfRange(found: "\(deviations[bad])", allowed: "at most \(deviations[bad - 1])"), field: "deviations",
        at: deviationsOffset + UInt64(4 * bad))
    }
    let symbols = try symbols(&reader)
    let reading = try reading(&reader)
    try reader.checksum("checksum")
    try reader.end("codebook")
    return PredictedCodebook(
      provenance: provenance, shape: shape, features: features, means: means, directionCounts: counts,
      analysis: analysis, synthesis: synthesis, predictionBasis: predictionBasis, basis: basis, predictor: predictor,
      deviations: deviations,
      symbols: symbols, reading: reading)
  }

  private static func provenance(_ reader: inout ByteReader) throws(FormatError) -> JSONObject {
    let count = Int(try reader.integer(UInt32.self, "provenance size"))
    let offset = reader.byteOffset
    let bytes = Array(try reader.slice(count, "provenance"))
    let value: JSONValue
    do throws(FormatError) {
      value = try JSONValue.parseCanonical(bytes)
    } catch {
      throw error.offset(by: offset)
    }
    guard let object = value.objectValue else {
      throw FormatError(.malformed("not an object"), field: "provenance", at: offset)
    }
    return object
  }

  private static func shape(_ reader: inout ByteReader) throws(FormatError) -> MemoryShape {
    let count = try size(&reader, "layer count", 1...largestSize)
    var layers: [Int] = []
    for _ in 0..<count {
      let offset = reader.byteOffset
      let layer = Int(try reader.integer(UInt32.self, "layers"))
      if let last = layers.last, layer <= last {
        throw FormatError(.outOfRange(found: "\(layer)", allowed: "above \(last)"), field: "layers", at: offset)
      }
      layers.append(layer)
    }
    return MemoryShape(
      layers: layers, keyValueHeadCount: try size(&reader, "heads", 1...largestSize),
      headDimension: try size(&reader, "head dimension", 1...largestSize))
  }

  private static func directionCounts(
    _ reader: inout ByteReader, blocks: Int, dimension: Int
  ) throws(FormatError) -> [Int] {
    let offset = reader.byteOffset
    let counts = try integers(&reader, blocks, "direction counts").map { Int($0) }
    if let bad = counts.firstIndex(where: { $0 > dimension }) {
      throw FormatError(
        .outOfRange(found: "\(counts[bad])", allowed: "0 to \(dimension)"), field: "direction counts",
        at: offset + UInt64(2 * bad))
    }
    return counts
  }

  private static func symbols(_ reader: inout ByteReader) throws(FormatError) -> SymbolModel {
    let frequenciesOffset = reader.byteOffset
    let count = SymbolModel.classCount * SymbolModel.contextCount * SymbolModel.symbolCount
    let frequencies = try integers(&reader, count, "frequencies")
    let correctionsOffset = reader.byteOffset
    let corrections = try reader.floats(3 * SymbolModel.classCount, "corrections")
    let model = SymbolModel(frequencies: frequencies, corrections: corrections)
    if let problem = model.problem {
      throw FormatError(
        .outOfRange(found: problem.found, allowed: problem.allowed),
        field: problem.isFrequency ? "frequencies" : "corrections",
        at: problem.isFrequency
          ? frequenciesOffset + UInt64(2 * problem.index) : correctionsOffset + UInt64(4 * problem.index))
    }
    return model
  }

  private static func reading(_ reader: inout ByteReader) throws(FormatError) -> ReadingConstants? {
    let count = try size(&reader, "reading heads", 0...largestReadingCount)
    if count == 0 { return nil }
    let biases = try reader.floats(count, "biases")
    let crowding = try reader.floats(count, "crowding")
    return ReadingConstants(biases: biases, crowding: crowding, scales: try positive(&reader, count, "scales"))
  }

  private static func size(
    _ reader: inout ByteReader, _ field: String, _ allowed: ClosedRange<Int>
  ) throws(FormatError) -> Int {
    let offset = reader.byteOffset
    let found = Int(try reader.integer(UInt32.self, field))
    guard allowed.contains(found) else {
      throw FormatError(
        .outOfRange(found: "\(found)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"), field: field,
        at: offset)
    }
    return found
  }

  private static func positive(_ reader: inout ByteReader, _ count: Int, _ field: String) throws(FormatError) -> [Float]
  {
    let offset = reader.byteOffset
    let values = try reader.floats(count, field)
    if let bad = PredictedCodebook.firstNotPositive(values) {
      throw FormatError(
        .outOfRange(found: "\(values[bad])", allowed: "positive"), field: field, at: offset + UInt64(4 * bad))
    }
    return values
  }

  private static func halves(_ reader: inout ByteReader, _ count: Int, _ field: String) throws(FormatError) -> [Float] {
    let offset = reader.byteOffset
    let halves = try integers(&reader, count, field)
    if let bad = halves.firstIndex(where: { $0 & 0x7C00 == 0x7C00 }) {
      throw FormatError(
        .outOfRange(found: "\(Float(Float16(bitPattern: halves[bad])))", allowed: "finite"), field: field,
        at: offset + UInt64(2 * bad))
    }
    return PredictedCodebook.floats(halves: halves)
  }

  private static func integers(_ reader: inout ByteReader, _ count: Int, _ field: String) throws(FormatError)
    -> [UInt16]
  {
    let slice = try reader.slice(2 * count, field)
    return (0..<count).map { UInt16(littleEndian: slice.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
  }
}
