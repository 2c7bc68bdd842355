import M3Tensor
import M3Weights

extension LlamaLoader {
  /// Room for all matrices that are kept in codes.
  func codesArena() throws -> QuantizedMatrix.Arena {
    let sizes = try file.tensors.values.map { tensor in
      guard let type = tensor.type.codedType else { return 0 }
      return QuantizedMatrix.Arena.size(
        ofBytes: try QuantizedMatrix.byteCount(
          type: type, rows: tensor.rowCount, depth: tensor.columnCount, kernels: kernels))
    }
    // What lies in a file fits in memory.
    return QuantizedMatrix.Arena(byteCount: sizes.reduce(0, +))
  }

  /// One layer's weights in codes. `packed` is the same layer in float32, if there is one; its matrices serve where there
  /// are no codes.
  func codedLayer(_ index: Int, packed: LlamaLayer?, arena: QuantizedMatrix.Arena) throws -> CodedLayer {
    let shape = configuration
    func name(_ part: String) -> String { "blk.\(index).\(part).weight" }
    return try CodedLayer(
      projection: matrix(
        [
          Tensor(name("attn_q"), rows: shape.querySize, order: halfSplitRow),
          Tensor(name("attn_k"), rows: shape.keyValueSize, order: halfSplitRow),
          Tensor(name("attn_v"), rows: shape.keyValueSize),
        ], depth: shape.hiddenSize, arena: arena, packed: packed?.projection.packedMatrix),
      attentionOutput: matrix(
        [Tensor(name("attn_output"), rows: shape.hiddenSize)], depth: shape.querySize, arena: arena,
        packed: packed?.attentionOutput.packedMatrix),
      gateAndUp: matrix(
        [
          Tensor(name("ffn_gate"), rows: shape.feedForwardSize), Tensor(name("ffn_up"), rows: shape.feedForwardSize),
        ], depth: shape.hiddenSize, arena: arena, packed: packed?.gateAndUp.packedMatrix),
      down: matrix(
        [Tensor(name("ffn_down"), rows: shape.hiddenSize)], depth: shape.feedForwardSize, arena: arena,
        packed: packed?.down.packedMatrix))
  }

  /// The output head, or the embedding that serves as one.
  func codedOutput(packed: PackedMatrix?, arena: QuantizedMatrix.Arena) throws -> CodedMatrix {
    let name = file.tensors["output.weight"] == nil ? "token_embd.weight" : "output.weight"
    return try matrix(
      [Tensor(name, rows: configuration.vocabularySize)], depth: configuration.hiddenSize, arena: arena,
      packed: packed)
  }

  /// A tensor of the file that becomes consecutive rows of a stacked matrix.
  private struct Tensor {
    let name: String
    let rows: Int
    /// The tensor's row that stands at a place.
    let order: (Int) -> Int

    init(_ name: String, rows: Int, order: @escaping (Int) -> Int = { $0 }) {
      (self.name, self.rows, self.order) = (name, rows, order)
    }
  }

  private func matrix(
    _ tensors: [Tensor], depth: Int, arena: QuantizedMatrix.Arena, packed: PackedMatrix?
  ) throws -> CodedMatrix {
    var firstRow = 0
    return CodedMatrix(
      parts: try tensors.map { tensor in
        defer { firstRow += tensor.rows }
        return CodedMatrix.Part(
          rowCount: tensor.rows,
          source: try source(tensor, depth: depth, arena: arena, packed: packed, firstRow: firstRow))
      })
  }

  private func source(
    _ wanted: Tensor, depth: Int, arena: QuantizedMatrix.Arena, packed: PackedMatrix?, firstRow: Int
  ) throws -> CodedMatrix.Source {
    let tensor = try file.tensor(wanted.name, shape: [wanted.rows, depth])
    if let matrix = try quantized(tensor, wanted, arena: arena) { return .quantized(matrix) }
    if let packed, firstRow.isMultiple(of: packed.panelWidth) { return .packed(packed, firstColumn: firstRow) }
    // No stacked matrix has the part, or has it within a panel: it gets its own.
    let weight = try self.matrix(wanted.name, rows: wanted.rows, columns: depth)
    let own = try PackedMatrix(columns: wanted.rows, depth: depth, kernels: kernels) { row, target in
      target.update(from: weight.pointer + wanted.order(row) * depth, count: depth)
    }
    return .packed(own, firstColumn: 0)
  }

  /// The weights in their own codes or in Q8_0; nil where they are floats or too large for eight bits.
  private func quantized(
    _ tensor: GGUFTensor, _ wanted: Tensor, arena: QuantizedMatrix.Arena
  ) throws -> QuantizedMatrix? {
    guard let type = tensor.type.codedType else { return nil }
    let (depth, from) = (tensor.columnCount, tensor.type)
    // Rows are whole blocks: the file's reader has seen to it.
    let bytes = try file.readRaw(tensor, rows: 0..<wanted.rows)
    let values = FloatBuffer(uninitializedCount: depth)
    do {
      return try QuantizedMatrix(type: type, rows: wanted.rows, depth: depth, kernels: kernels, arena: arena) {
        row, target in
        try bytes.withUnsafeBytes {
          let source = $0.baseAddress! + wanted.order(row) * tensor.bytesPerRow
          if from.kernelType != nil {
            target.copyMemory(from: source, byteCount: tensor.bytesPerRow)
          } else if from.fitsEightBits {
            from.widen(source, intoQ8_0: target, count: depth)
          } else {
            from.dequantize(source, into: values.pointer, count: depth)
            try QuantizedMatrix.quantizeQ8_0(count: depth, values.pointer, into: target)
          }
        }
      }
    } catch TensorError.notRoundable {
      return nil
    }
  }
}

extension TensorType {
  /// The type by which kernels read blocks as they are.
  fileprivate var kernelType: QuantizedMatrix.BlockType? {
    switch self {
    case .q4_0: .q4_0
    case .q4_1: .q4_1
    case .q8_0: .q8_0
    case .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_nl, .iq4_xs, .f32, .f16, .bf16: nil
    }
  }

  /// The type in which weights are kept in codes: their own, or eight bits for other quantized ones. Products round
  /// activations to eight bits anyway; whoever keeps floats wants them exact.
  fileprivate var codedType: QuantizedMatrix.BlockType? {
    blockSize == 1 ? nil : kernelType ?? .q8_0
  }
}
