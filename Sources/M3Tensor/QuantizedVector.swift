internal import CKernels

/// Scratch for a vector of activations rounded to signed bytes, 32 to a scale, as products with quantized weights read it.
///
/// One thread writes it at a time; none may while others read it.
public final class QuantizedVector {
  /// Elements it has room for, a multiple of 32.
  public let capacity: Int

  let blocks: UnsafeMutablePointer<m3_quantized_block>

  /// - Parameter capacity: rounded up to whole blocks.
  public init(capacity: Int) {
    let size = QuantizedMatrix.blockSize
    let blockCount = max(0, capacity + size - 1) / size
    blocks = .allocate(capacity: blockCount)
    blocks.initialize(repeating: m3_quantized_block(), count: blockCount)
    self.capacity = blockCount * size
  }

  deinit { blocks.deallocate() }

  /// What element `index` counts as in a product.
  public subscript(index: Int) -> Float {
    precondition(index >= 0 && index < capacity, "index out of range")
    let (block, element) = index.quotientAndRemainder(dividingBy: QuantizedMatrix.blockSize)
    let code = withUnsafeBytes(of: blocks[block].codes) { $0.load(fromByteOffset: element, as: Int8.self) }
    return blocks[block].scale * Float(code)
  }
}
