import M3Bytes
public import M3JSON
public import M3Memory

/// The codecs by name.
public enum CodecRegistry {
  /// Codecs whose codebook are the memories' own means and deviations.
  public static let scalarNames = ScalarCodec.names
  /// Codecs that need no training: what memories can be sharded with at once.
  public static let untrainedNames = [BFloat16Codec.name] + scalarNames
  public static let names = untrainedNames + ProductCodebook.names + PredictedCodec.names

  /// The codec that a manifest describes.
  ///
  /// - Parameter codebook: reads the bank's codebook; called by the codecs that have one.
  /// - Throws: ``FormatError`` for an unknown name or a codebook that does not fit; what `codebook` throws.
  public static func codec(
    description: JSONObject, shape: MemoryShape, codebook: () throws -> [UInt8]
  ) throws -> any MemoryCodec {
    guard case .string(let name)? = description["name"] else {
      throw FormatError(.missing("a string"), field: "codec.name")
    }
    if name == BFloat16Codec.name { return BFloat16Codec(headDimension: shape.headDimension) }
    if let width = ScalarWidth(name: name) {
      return try ScalarCodec(width, statistics: HeadStatistics(bytes: codebook(), shape: shape))
    }
    let codec: any MemoryCodec
    if ProductCodebook.names.contains(name) {
      codec = ProductCodec(try ProductCodebook(bytes: codebook(), shape: shape))
    } else if PredictedCodec.names.contains(name) {
      let step = try PredictedCodec.step(description)
      codec = PredictedCodec(try PredictedCodebook(bytes: codebook(), shape: shape), step: step)
    } else {
      throw FormatError(
        .unsupported(found: "codec \(name) (known: \(names.joined(separator: ", ")))"), field: "codec.name")
    }
    guard codec.name == name else {
      throw FormatError(.mismatch(expected: "a codebook of \(name)", found: codec.name), field: "codebook")
    }
    return codec
  }
}
