import M3Tensor

/// A weight of (N, K) that stays in codes: stacked parts, each in the file's own codes where kernels for them exist, in
/// Q8_0 where it has other codes, and as float32 panels otherwise.
struct CodedMatrix: Sendable {
  struct Part: Sendable {
    /// Rows of the part.
    let rowCount: Int
    let source: Source
  }

  enum Source: Sendable {
    case quantized(QuantizedMatrix)
    /// Columns of a packed matrix from `firstColumn` on, which begins a panel.
    case packed(PackedMatrix, firstColumn: Int)
  }

  let parts: [Part]

  /// N.
  var rowCount: Int { parts.reduce(0) { $0 + $1.rowCount } }

  /// Whether any part takes activations in codes.
  var hasCodes: Bool {
    parts.contains {
      if case .quantized = $0.source { true } else { false }
    }
  }
}
