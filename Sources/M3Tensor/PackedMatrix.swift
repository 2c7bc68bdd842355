/// A constant right-hand side B of (depth, columns), laid out for one set of kernels.
///
/// A layer's weight of (outputs, inputs) becomes B of (inputs, outputs): `depth` is inputs (K), `columns` is outputs (N).
/// Storage: (ceil(columns / panelWidth), depth, panelWidth), float32, zero beyond the last column.
public final class PackedMatrix: Sendable {
  /// Outputs (N).
  public let columns: Int

  /// Inputs (K).
  public let depth: Int

  /// Columns of a panel: kernels with another width cannot read this matrix.
  public let panelWidth: Int

  let storage: FloatBuffer

  /// The first panel. Valid as long as the matrix is alive.
  public var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }

  /// Bytes it holds.
  public var byteCount: Int { storage.count * MemoryLayout<Float>.stride }

  /// Packs rows that are made one by one, so that quantized weights need no whole float32 copy.
  ///
  /// - Parameters:
  ///   - columns: rows of the weight.
  ///   - depth: elements of a row.
  ///   - row: writes the `depth` elements of the weight's row `index`; called once a row, in ascending order.
  /// - Throws: `TensorError.sizeOverflow`, or what `row` throws.
  public init(
    columns: Int, depth: Int, kernels: Kernels = .best,
    row: (_ index: Int, _ destination: UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    let width = kernels.panelWidth
    let count = try kernels.packedCount(columns: columns, depth: depth)
    let storage = FloatBuffer(uninitializedCount: count)
    let panelRows = FloatBuffer(uninitializedCount: try ElementCount.product(depth, width))
    for start in stride(from: 0, to: columns, by: width) {
      let rowCount = min(width, columns - start)
      for index in 0..<rowCount { try row(start + index, panelRows.pointer + index * depth) }
      kernels.packTransposed(
        columns: rowCount, depth: depth, panelRows.pointer, stride: depth, into: storage.pointer + start * depth)
    }
    (self.columns, self.depth, panelWidth, self.storage) = (columns, depth, width, storage)
  }

  /// Packs a weight of (columns, depth), row-major, a row every `stride` (`depth` by default).
  ///
  /// - Throws: `TensorError.sizeOverflow`.
  public convenience init(
    transposed weight: UnsafePointer<Float>, columns: Int, depth: Int, stride: Int? = nil, kernels: Kernels = .best
  ) throws {
    try self.init(columns: columns, depth: depth, kernels: kernels) { index, destination in
      destination.update(from: weight + index * (stride ?? depth), count: depth)
    }
  }
}
