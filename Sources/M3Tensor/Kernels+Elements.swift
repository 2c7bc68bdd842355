internal import CKernels

extension Kernels {
  /// out = gate / (1 + exp(−gate)) · up. In place when `out` is `gate` or `up`.
  public func siluMultiply(
    count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) {
    table.pointee.silu_multiply(count, gate, up, out)
  }

  /// out = exp(x), within 2 units in the last place; below 2⁻¹²⁶ it is zero. In place when `out` is `x`.
  public func exp(count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    table.pointee.exp(count, x, out)
  }

  /// y += x.
  public func add(count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    table.pointee.add(count, x, y)
  }

  /// y += scale · x, fused.
  public func add(count: Int, _ x: UnsafePointer<Float>, scaledBy scale: Float, into y: UnsafeMutablePointer<Float>) {
    table.pointee.add_scaled(count, scale, x, y)
  }

  /// y = max(x, y).
  public func max(count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
    table.pointee.max_into(count, x, y)
  }

  /// Σ x[i] · y[i].
  public func dot(count: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Float {
    table.pointee.dot(count, x, y)
  }

  /// Σ x[i].
  public func sum(count: Int, _ x: UnsafePointer<Float>) -> Float { table.pointee.sum(count, x) }
}
