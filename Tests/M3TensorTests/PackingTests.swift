import M3Tensor
import Testing

@Suite struct PackingTests {
  /// Element (k, column) of B is at ((column / NR) · depth + k) · NR + column % NR; columns beyond the last are zero.
  @Test(arguments: kernelNames) func layoutIsPanelsOfColumns(name: String) throws {
    let kernels = try Kernels.named(name)
    let width = kernels.panelWidth
    for columns in Array(0...35) + [48, 64, 65] {
      for depth in [0, 1, 3, 4, 5, 8, 11] {
        let stride = depth + columns % 4
        var random = Randomness(state: UInt64(columns * 100 + depth))
        let weight = random.floats(columns * stride)
        let count = try kernels.packedCount(columns: columns, depth: depth)
        #expect(count == (columns + width - 1) / width * depth * width)
        let packed = Guarded<UInt32>(count: count)
        packed.withFloats { kernels.packTransposed(columns: columns, depth: depth, weight, stride: stride, into: $0) }
        #expect(packed.isIntact)
        let floats = packed.floats
        for index in floats.indices {
          let column = index / (depth * width) * width + index % width
          let k = index / width % depth
          #expect(floats[index] == (column < columns ? weight[column * stride + k] : 0))
        }
      }
    }
  }

  @Test(arguments: kernelNames) func packingTheTransposeIsTheSame(name: String) throws {
    let kernels = try Kernels.named(name)
    for columns in Array(0...35) + [48, 64, 65] {
      for depth in [0, 1, 3, 4, 9] {
        let stride = columns + depth % 3
        var random = Randomness(state: UInt64(columns * 100 + depth))
        let b = random.floats(depth * stride)
        let transposed = (0..<columns * depth).map { b[$0 % depth * stride + $0 / depth] }
        let count = try kernels.packedCount(columns: columns, depth: depth)
        let straight = Guarded<UInt32>(count: count), turned = Guarded<UInt32>(count: count)
        straight.withFloats { kernels.pack(columns: columns, depth: depth, b, stride: stride, into: $0) }
        turned.withFloats {
          kernels.packTransposed(columns: columns, depth: depth, transposed, stride: depth, into: $0)
        }
        #expect(straight.isIntact)
        #expect(identical(straight.values, turned.values))
      }
    }
  }

  @Test(arguments: kernelNames) func rowProviderPacksTheSame(name: String) throws {
    let kernels = try Kernels.named(name)
    let (columns, depth, stride) = (37, 13, 15)
    var random = Randomness(state: 5)
    let weight = random.floats(columns * stride)
    let whole = try PackedMatrix(transposed: weight, columns: columns, depth: depth, stride: stride, kernels: kernels)
    var asked: [Int] = []
    let byRows = try PackedMatrix(columns: columns, depth: depth, kernels: kernels) { index, destination in
      asked.append(index)
      for k in 0..<depth { destination[k] = weight[index * stride + k] }
    }
    #expect(asked == Array(0..<columns))
    #expect((byRows.columns, byRows.depth, byRows.panelWidth) == (columns, depth, kernels.panelWidth))
    let count = byRows.byteCount / 4
    #expect(
      identical(
        Array(UnsafeBufferPointer(start: byRows.pointer, count: count)),
        Array(UnsafeBufferPointer(start: whole.pointer, count: count))))
  }

  private struct Interruption: Error, Equatable { let row: Int }

  @Test func errorOfTheRowProviderPasses() {
    #expect(throws: Interruption(row: 20)) {
      try PackedMatrix(columns: 30, depth: 4) { index, destination in
        if index == 20 { throw Interruption(row: index) }
        destination.update(repeating: 0, count: 4)
      }
    }
  }

  @Test(arguments: [(Int.max, 2), (1 << 40, 1 << 40), (Int.max - 3, 1), (-1, 4), (4, -1), (0, Int.max)])
  func impossibleShapeIsRefused(columns: Int, depth: Int) {
    #expect(throws: TensorError.self) { try PackedMatrix(columns: columns, depth: depth) { _, _ in } }
  }
}
