public import M3Bytes
public import M3Codec

extension QuantizerCodec {
  /// The asked bytes by codes of the asked bits; the paper's structure has its own.
  /// - Throws: ``FormatError`` where no codes fit, or vectors are not coded by trained codebooks.
  public func layout(dimension: Int, bytes: Int, bits: Int) throws(FormatError) -> ProductLayout {
    let count = 8 * bytes / bits
    let stages: [ProductLayout.Stage]
    switch self {
    case .memory3:
      guard let layout = ProductLayout.memory3(dimension: dimension, bytes: bytes) else {
        throw FormatError(.outOfRange(found: "\(bytes) bytes", allowed: "5 to 20 for memory3"), field: "code_bytes")
      }
      return layout
    case .residual: stages = Array(repeating: .init(subspaceCount: 1, centroidCount: 1 << bits), count: count)
    case .pq, .opq: stages = [.init(subspaceCount: count, centroidCount: 1 << bits)]
    default: throw FormatError(.unsupported(found: "codebooks of \(rawValue)"), field: "codec")
    }
    guard count > 0, ProductLayout.isValid(dimension: dimension, stages: stages) else {
      throw FormatError(
        .outOfRange(found: "\(count) codes of \(bits) bits", allowed: "1 to \(dimension) codes in \(bytes) bytes"),
        field: "code_bytes")
    }
    return ProductLayout(dimension: dimension, isRotated: self == .opq, stages: stages)
  }
}
