internal import CKernels

/// Weights of (rows, depth) that stay in the codes of a GGUF file, laid out for one set of kernels.
///
/// It takes the bytes that the file takes. A product with one vector reads each of them once, in order; one with many
/// tokens unpacks a part of it at a time.
public final class QuantizedMatrix: @unchecked Sendable {
  /// A type of blocks of 32 weights, as GGUF names them; d and m are half-precision numbers.
  public enum BlockType: Sendable, CaseIterable {
    /// 18 bytes: d, 32 codes of 4 bits. `d · (code − 8)`.
    case q4_0
    /// 20 bytes: d, m, 32 codes of 4 bits. `d · code + m`.
    case q4_1
    /// 34 bytes: d, 32 signed bytes. `d · code`.
    case q8_0

    public var byteCount: Int { 2 * scaleCount + codeByteCount }

    /// d, and m where there is one.
    var scaleCount: Int { self == .q4_1 ? 2 : 1 }

    var codeByteCount: Int { self == .q8_0 ? 32 : 16 }

    var kernelType: m3_quantized_type {
      switch self {
      case .q4_0: M3_Q4_0
      case .q4_1: M3_Q4_1
      case .q8_0: M3_Q8_0
      }
    }
  }

  /// Weights of a block.
  public static let blockSize = Int(M3_QUANTIZED_BLOCK)

  public let type: BlockType
  /// Outputs (N).
  public let rows: Int
  /// Inputs (K), a multiple of ``blockSize``.
  public let depth: Int
  /// Rows of a panel: kernels with another number cannot read this matrix.
  public let panelRows: Int

  /// Bytes it holds: those of the blocks, rows rounded up to whole panels.
  public let byteCount: Int

  /// Codes of all panels, then their scales; written by the initializer alone.
  private let storage: UnsafeMutableRawPointer
  private let codeByteCount: Int
  /// Owns the storage.
  private let arena: Arena

  /// Lays out rows that are given one by one.
  ///
  /// - Parameters:
  ///   - depth: a multiple of ``blockSize``.
  ///   - arena: where the matrix is to lie; memory of its own where it is nil or full.
  ///   - row: writes the `depth / 32 · type.byteCount` bytes of row `index`; called once a row, in ascending order.
  /// - Throws: `TensorError.sizeOverflow`, or what `row` throws.
  public init(
    type: BlockType, rows: Int, depth: Int, kernels: Kernels = .best, arena: Arena? = nil,
    row: (_ index: Int, _ destination: UnsafeMutableRawPointer) throws -> Void
  ) throws {
    precondition(depth.isMultiple(of: Self.blockSize), "rows are whole blocks")
    let panelRows = kernels.quantizedPanelRows
    let blocksPerRow = depth / Self.blockSize
    byteCount = try Self.byteCount(type: type, rows: rows, depth: depth, kernels: kernels)
    codeByteCount = byteCount / type.byteCount * type.codeByteCount
    if let arena, let piece = arena.take(byteCount: byteCount) {
      (self.arena, storage) = (arena, piece)
    } else {
      self.arena = Arena(byteCount: Arena.size(ofBytes: byteCount))
      storage = self.arena.take(byteCount: byteCount)!
    }
    (self.type, self.rows, self.depth, self.panelRows) = (type, rows, depth, panelRows)

    let bytesPerRow = blocksPerRow * type.byteCount
    let panel = UnsafeMutableRawBufferPointer.allocate(byteCount: panelRows * bytesPerRow, alignment: 64)
    defer { panel.deallocate() }
    guard let source = panel.baseAddress else { return }
    for start in stride(from: 0, to: rows, by: panelRows) {
      let count = min(panelRows, rows - start)
      for index in 0..<count { try row(start + index, source + index * bytesPerRow) }
      kernels.table.pointee.pack_quantized(
        type.kernelType, count, depth, source.assumingMemoryBound(to: UInt8.self), codes(fromRow: start),
        scales(fromRow: start))
    }
  }

  /// Lays out `rows` rows of blocks that lie one after another.
  ///
  /// - Throws: `TensorError.sizeOverflow`.
  public convenience init(
    type: BlockType, rows: Int, depth: Int, blocks: [UInt8], kernels: Kernels = .best
  ) throws {
    let bytesPerRow = depth / Self.blockSize * type.byteCount
    precondition(blocks.count == rows * bytesPerRow, "as many blocks as the shape says")
    try self.init(type: type, rows: rows, depth: depth, kernels: kernels) { index, destination in
      blocks.withUnsafeBytes {
        destination.copyMemory(from: $0.baseAddress! + index * bytesPerRow, byteCount: bytesPerRow)
      }
    }
  }

  /// Bytes that a matrix takes: those of its blocks, rows rounded up to whole panels.
  ///
  /// - Throws: `TensorError.sizeOverflow`.
  public static func byteCount(
    type: BlockType, rows: Int, depth: Int, kernels: Kernels = .best
  ) throws(TensorError) -> Int {
    let panels = rows.dividedRoundingUp(by: kernels.quantizedPanelRows)
    return try ElementCount.product(panels, kernels.quantizedPanelRows, depth / blockSize, type.byteCount)
  }

  /// Codes from the panel on that begins at `row`.
  func codes(fromRow row: Int) -> UnsafeMutablePointer<UInt8> {
    (storage + row * (depth / Self.blockSize) * type.codeByteCount)
      .assumingMemoryBound(to: UInt8.self)
  }

  /// Scales from the panel on that begins at `row`.
  func scales(fromRow row: Int) -> UnsafeMutablePointer<UInt16> {
    (storage + codeByteCount + row * (depth / Self.blockSize) * type.scaleCount * 2)
      .assumingMemoryBound(to: UInt16.self)
  }
}

extension Int {
  fileprivate func dividedRoundingUp(by divisor: Int) -> Int { self / divisor + (self % divisor == 0 ? 0 : 1) }
}
