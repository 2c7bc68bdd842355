import M3Tensor

/// A weight of (N, K) as decoding reads it: stacked parts, each in the file's own codes where kernels for them exist, in
/// Q8_0 where it has other codes, and as float32 panels otherwise.
struct DecodingMatrix: Sendable {
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

  /// y = W·x, or y += W·x, for the member's share of each part's rows.
  ///
  /// Shares are whole panels of the packed kind, which those of the quantized one divide: parts of one height are
  /// divided alike, whatever their types.
  func multiply(
    _ x: DecodingInput, member: DecodingMember, into y: UnsafeMutablePointer<Float>, kernels: Kernels,
    accumulating: Bool = false
  ) {
    var y = y
    for part in parts {
      let rows = member.share(of: part.rowCount, unit: kernels.panelWidth)
      switch part.source {
      case .quantized(let matrix):
        kernels.multiply(matrix, rows: rows, by: x.quantized, into: y, accumulating: accumulating)
      case .packed(let matrix, let firstColumn):
        kernels.multiply(
          rows: 1, columns: rows.count, depth: matrix.depth, x.values.pointer, stride: matrix.depth,
          packed: matrix.pointer + (firstColumn + rows.lowerBound) * matrix.depth, into: y + rows.lowerBound,
          stride: rows.count, accumulating: accumulating)
        withExtendedLifetime(matrix) {}
      }
      y += part.rowCount
    }
  }
}

/// A vector that matrices are multiplied with, in both forms; each member of a team has its own.
struct DecodingInput {
  let values: FloatBuffer
  let quantized: QuantizedVector

  init(capacity: Int) {
    quantized = QuantizedVector(capacity: capacity)
    values = FloatBuffer(count: quantized.capacity)
  }

  /// Makes the codes of the first `count` values.
  func quantize(count: Int, kernels: Kernels) {
    let size = QuantizedMatrix.blockSize
    kernels.quantize(count: count / size * size, values.pointer, into: quantized)
  }
}

/// One of the threads that share a token's work.
struct DecodingMember: Sendable {
  let index: Int
  let count: Int

  /// This member's part of 0 ..< total, in multiples of `unit` but for the end.
  func share(of total: Int, unit: Int) -> Range<Int> {
    let units = (total + unit - 1) / unit
    return min(total, units * index / count * unit)..<min(total, units * (index + 1) / count * unit)
  }
}
