import M3Tensor

extension CodedMatrix {
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
