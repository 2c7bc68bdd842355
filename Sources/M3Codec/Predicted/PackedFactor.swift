import M3Tensor

/// A constant right-hand side of (depth, columns), laid out for one set of kernels.
struct PackedFactor: Sendable {
  let depth: Int
  let columns: Int
  private let storage: FloatBuffer

  /// - Parameter elements: (depth, columns), row-major.
  init(depth: Int, columns: Int, elements: ArraySlice<Float>, kernels: Kernels) {
    self.init(depth: depth, columns: columns, elements, kernels: kernels) {
      kernels.pack(columns: columns, depth: depth, $0, stride: columns, into: $1)
    }
  }

  /// - Parameter elements: (columns, depth), row-major.
  init(depth: Int, columns: Int, transposed elements: ArraySlice<Float>, kernels: Kernels) {
    self.init(depth: depth, columns: columns, elements, kernels: kernels) {
      kernels.packTransposed(columns: columns, depth: depth, $0, stride: depth, into: $1)
    }
  }

  private init(
    depth: Int, columns: Int, _ elements: ArraySlice<Float>, kernels: Kernels,
    pack: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(elements.count == depth * columns, "as many elements as the shape says")
    storage = FloatBuffer(uninitializedCount: kernels.padded(columns) * depth)
    (self.depth, self.columns) = (depth, columns)
    elements.withUnsafeBufferPointer {
      if let first = $0.baseAddress { pack(first, storage.pointer) }
    }
  }

  /// out = a · factor, or out += a · factor: (rows, columns) of (rows, depth), a row every so many elements.
  func multiply(
    rows: Int, _ a: UnsafePointer<Float>, stride: Int, into out: UnsafeMutablePointer<Float>, outStride: Int,
    accumulating: Bool, kernels: Kernels
  ) {
    kernels.multiply(
      rows: rows, columns: columns, depth: depth, a, stride: stride, packed: storage.pointer, into: out,
      stride: outStride, accumulating: accumulating)
    withExtendedLifetime(storage) {}
  }

  /// out += a · factor for sparse rows.
  func addProduct(
    _ rows: SparseRows, into out: UnsafeMutablePointer<Float>, outStride: Int, kernels: Kernels
  ) {
    rows.starts.withUnsafeBufferPointer { starts in
      rows.withColumns {
        kernels.multiplySparse(
          rows: starts.count - 1, columns: columns, depth: depth, starts: starts.baseAddress!, indices: $0,
          values: rows.values, packed: storage.pointer, into: out, stride: outStride)
      }
    }
    withExtendedLifetime(storage) {}
  }
}
