internal import CKernels

/// Scratch for the activations of many tokens, (T, K), rounded to signed bytes, 32 to a scale, as products with quantized
/// weights read them.
///
/// It keeps the memory of the largest shape it has held. One thread writes it at a time; none may while others read it.
public final class QuantizedActivations {
  /// Tokens (T).
  public private(set) var tokenCount = 0
  /// Elements of a token (K), a multiple of 32.
  public private(set) var depth = 0

  /// (T, K / 32).
  private(set) var blocks: UnsafeMutablePointer<m3_quantized_block>
  private var capacity = 0

  public init() { blocks = Self.allocate(0) }

  deinit { free() }

  /// What element `index` of a token counts as in a product.
  public subscript(token: Int, index: Int) -> Float {
    precondition(token >= 0 && token < tokenCount && index >= 0 && index < depth, "index out of range")
    let (block, element) = (token * depth + index).quotientAndRemainder(dividingBy: QuantizedMatrix.blockSize)
    let code = withUnsafeBytes(of: blocks[block].codes) { $0.load(fromByteOffset: element, as: Int8.self) }
    return blocks[block].scale * Float(code)
  }

  var blocksPerToken: Int { depth / QuantizedMatrix.blockSize }

  /// Takes a shape; what was in it is lost.
  func reshape(tokenCount: Int, depth: Int) {
    precondition(tokenCount >= 0 && depth >= 0 && depth.isMultiple(of: QuantizedMatrix.blockSize), "whole blocks")
    (self.tokenCount, self.depth) = (tokenCount, depth)
    let count = tokenCount * blocksPerToken
    guard count > capacity else { return }
    free()
    blocks = Self.allocate(count)
    capacity = count
  }

  /// Begins at a cache line. Kernels write blocks whole, so nothing is written before.
  private static func allocate(_ count: Int) -> UnsafeMutablePointer<m3_quantized_block> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<m3_quantized_block>.stride, alignment: 64)
      .bindMemory(to: m3_quantized_block.self, capacity: count)
  }

  private func free() { UnsafeMutableRawPointer(blocks).deallocate() }
}
