import M3Bytes
public import M3JSON
public import M3Memory

/// The codecs by name.
public enum CodecRegistry {
  /// Names that a setting may have.
  public static let names = [BFloat16Codec.name, Int4Codec.name]

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
    switch name {
    case BFloat16Codec.name: return BFloat16Codec(headDimension: shape.headDimension)
    case Int4Codec.name: return Int4Codec(statistics: try HeadStatistics(bytes: codebook(), shape: shape))
    default:
      throw FormatError(
        .unsupported(found: "codec \(name) (known: \(names.joined(separator: ", ")))"), field: "codec.name")
    }
  }
}
