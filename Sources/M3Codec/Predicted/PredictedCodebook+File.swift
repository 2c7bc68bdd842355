public import M3Bytes
import M3JSON
public import M3Memory

/// File `codebook.m3c` of the predicted codecs, version 1, little-endian:
///
/// | field | type |
/// |---|---|
/// | magic `M3PRED\0\0`, version | 8 bytes, u32 |
/// | provenance: its size, canonical JSON | u32, bytes |
/// | layers: their number, each | u32, u32 |
/// | KV heads, D, hidden layers, hidden size | u32 each |
/// | P, R, scale classes, contexts, symbols | u32 each |
/// | direction counts | u16 (entries, 2) |
/// | means | float32 (entries, 2, D) |
/// | analysis, synthesis | float16 (Q, D) each |
/// | prediction basis | float16 (P, Q) |
/// | basis | float16 (R, Q) |
/// | predictor | float16 (2 · width + 1, P) |
/// | deviations | float32 (R) |
/// | frequencies | u16 (classes, contexts, symbols) |
/// | corrections | float32 (classes, 3) |
/// | reading constants: heads (0 for none), biases, crowding, scales | u32, float32 each |
/// | XXH3-64 of all before it | u64 |
extension PredictedCodebook {
  package static let magic = Array("M3PRED\0\0".utf8)
  static let version: UInt32 = 1

  /// - Precondition: sizes that fit each other.
  public var bytes: [UInt8] {
    precondition(inconsistency == nil, "a codebook that fits itself")
    var writer = ByteWriter(
      capacity: 2 * (2 * analysis.count + predictionBasis.count + basis.count + predictor.count) + 1 << 18)
    writer.append(Self.magic)
    writer.integer(Self.version)
    let json = JSONValue.object(provenance).serialized()
    writer.integer(UInt32(json.count))
    writer.append(json)
    writer.integer(UInt32(shape.layers.count))
    for layer in shape.layers { writer.integer(UInt32(layer)) }
    let sizes = [
      shape.keyValueHeadCount, shape.headDimension, features.hiddenLayers, features.hiddenSize, predictionRank,
      componentCount, SymbolModel.classCount, SymbolModel.contextCount, SymbolModel.symbolCount,
    ]
    for size in sizes { writer.integer(UInt32(size)) }
    for count in directionCounts { writer.integer(UInt16(count)) }
    func append(_ floats: [Float]) {
      for value in floats { writer.integer(value.bitPattern) }
    }
    append(means)
    for table in [analysis, synthesis, predictionBasis, basis, predictor] {
      for half in Self.halves(table) { writer.integer(half) }
    }
    append(deviations)
    for frequency in symbols.frequencies { writer.integer(frequency) }
    append(symbols.corrections)
    writer.integer(UInt32(reading?.biases.count ?? 0))
    append(reading?.biases ?? [])
    append(reading?.crowding ?? [])
    append(reading?.scales ?? [])
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// - Throws: ``FormatError``: damage, another shape than the memories', values outside of what their fields allow.
  public init(bytes: [UInt8], shape: MemoryShape) throws(FormatError) {
    self = try PredictedCodebook(bytes: bytes)
    guard self.shape == shape else {
      throw FormatError(
        .mismatch(expected: PredictedCodebookReader.text(shape), found: PredictedCodebookReader.text(self.shape)),
        field: "layers")
    }
  }

  /// - Throws: ``FormatError``: damage, values outside of what their fields allow.
  public init(bytes: [UInt8]) throws(FormatError) {
    self = try ByteReader.read(bytes) { reader throws(FormatError) in
      try PredictedCodebookReader.codebook(&reader)
    }
  }
}
