public import M3Bytes
import M3Codec
public import M3JSON
public import M3Memory

/// What a codebook says of itself: its codec, and the model that it belongs to.
public struct CodebookIdentity: Sendable {
  public let codec: QuantizerCodec?
  /// Of the memories that it was trained on; nil for statistics, which are of the memories beside them.
  public let producer: JSONObject?

  /// - Throws: ``FormatError`` for a file that is no codebook of this shape.
  public init(_ bytes: [UInt8], shape: MemoryShape) throws(FormatError) {
    if bytes.starts(with: HeadStatistics.magic) {
      _ = try HeadStatistics(bytes: bytes, shape: shape)
      (codec, producer) = (nil, nil)
    } else if bytes.starts(with: PredictedCodebook.magic) {
      let codebook = try PredictedCodebook(bytes: bytes, shape: shape)
      codec = codebook.features.hiddenLayers == 0 ? .predicted : .predictedX2
      producer = codebook.provenance["producer"]?.objectValue
    } else {
      let codebook = try ProductCodebook(bytes: bytes, shape: shape)
      (codec, producer) = (QuantizerCodec(rawValue: codebook.name), codebook.producer)
    }
  }

  /// Refuses a codebook of another codec, or of another model or recipe than memories.
  /// - Throws: ``FormatError`` `mismatch` with the differences.
  public func require(_ wanted: QuantizerCodec, _ memories: Producer) throws(FormatError) {
    let isScalar = !wanted.isPredicted && !wanted.isProduct
    guard codec == wanted || codec == nil && isScalar else {
      throw FormatError(
        .mismatch(expected: "a codebook of \(wanted.rawValue)", found: codec?.rawValue ?? "means and deviations"),
        field: "codec")
    }
    guard let producer else { return }
    let differences = try Producer(json: producer).differences(from: memories)
    guard differences.isEmpty else {
      throw FormatError(
        .mismatch(expected: "the memories' model", found: differences.joined(separator: "; ")), field: "producer")
    }
  }
}
