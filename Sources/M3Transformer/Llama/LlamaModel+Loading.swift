import M3Bytes
import M3Parallel
public import M3Tensor
public import M3Weights

extension LlamaModel {
  /// Loads and packs all weights; layers are read in parallel.
  ///
  /// - Parameters:
  ///   - arithmetic: in which numbers a ``ForwardPass`` multiplies; gradients want ``Arithmetic/float32``.
  ///   - decoding: whether ``DecodingPass`` can run the model: weights are then kept in their codes, or in Q8_0 where no
  ///     kernel reads those, beside the float32 ones of ``Arithmetic/float32``. The default is false.
  /// - Throws: ``FormatError`` where a tensor is missing, has another shape or another type than this decoder reads,
  ///   or where the file has a tensor that this decoder would leave out; ``FileError``; `TensorError`.
  public convenience init(
    _ file: GGUFFile, kernels: Kernels = .best, arithmetic: Arithmetic = .float32, decoding: Bool = false
  ) throws {
    let configuration = try LlamaConfiguration(file)
    let loader = LlamaLoader(file: file, configuration: configuration, kernels: kernels)
    try loader.refuseUnknownTensors()
    let arena = decoding || arithmetic == .int8 ? try loader.codesArena() : nil

    // The vocabulary's weights are the largest piece: they are not left for the end.
    let ((embedding, output, codedOutput), layers) = try ParallelLoop.pair(
      { try loader.vocabulary(arithmetic, arena: arena) },
      { try ParallelLoop.map(configuration.layerCount) { try loader.layer($0, arithmetic, arena: arena) } })
    try self.init(
      configuration: configuration,
      kernels: kernels,
      arithmetic: arithmetic,
      rotary: RotaryTable(
        positionCount: configuration.contextLength, headDimension: configuration.headDimension,
        base: configuration.rotaryBase, frequencyFactors: loader.frequencyFactors()),
      layers: layers.map(\.0),
      embedding: embedding,
      outputNormalization: loader.vector("output_norm.weight", count: configuration.hiddenSize),
      output: output,
      decoding: codedOutput.map { DecodingWeights(layers: layers.compactMap(\.1), output: $0) })
  }
}

/// The embedding, the output head, and the head in codes where it is wanted.
private typealias VocabularyWeights = (embedding: FloatBuffer, output: LayerMatrix, coded: CodedMatrix?)

/// Reads the tensors of one file into packed layers.
struct LlamaLoader: Sendable {
  let file: GGUFFile
  let configuration: LlamaConfiguration
  let kernels: Kernels

  /// Names within a layer, and those outside of all layers.
  private static let layerTensors: Set<String> = [
    "attn_norm.weight", "attn_q.weight", "attn_k.weight", "attn_v.weight", "attn_output.weight",
    "ffn_norm.weight", "ffn_gate.weight", "ffn_up.weight", "ffn_down.weight",
  ]
  private static let otherTensors: Set<String> = [
    "token_embd.weight", "output_norm.weight", "output.weight", "rope_freqs.weight",
  ]

  /// A bias or an expert that was left out would give wrong numbers quietly.
  func refuseUnknownTensors() throws {
    for name in file.tensorNames where !Self.otherTensors.contains(name) {
      let parts = name.split(separator: ".", maxSplits: 2)
      // `Int` also reads `+1` and `01`, under which no layer looks.
      guard parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]), parts[1] == "\(layer)",
        (0..<configuration.layerCount).contains(layer), Self.layerTensors.contains(String(parts[2]))
      else {
        throw FormatError(.unsupported(found: "tensor \(name)"), field: "tensors", file: file.path)
      }
    }
  }

  /// A layer, and the same in codes where there is an arena.
  fileprivate func layer(
    _ index: Int, _ arithmetic: Arithmetic, arena: QuantizedMatrix.Arena?
  ) throws -> (LlamaLayer, CodedLayer?) {
    guard let arena else { return (try floatLayer(index), nil) }
    switch arithmetic {
    case .float32:
      let layer = try floatLayer(index)
      return (layer, try codedLayer(index, packed: layer, arena: arena))
    case .int8:
      let coded = try codedLayer(index, packed: nil, arena: arena)
      let layer = try LlamaLayer(
        attentionNormalization: vector("blk.\(index).attn_norm.weight", count: configuration.hiddenSize),
        projection: .coded(coded.projection), attentionOutput: .coded(coded.attentionOutput),
        feedForwardNormalization: vector("blk.\(index).ffn_norm.weight", count: configuration.hiddenSize),
        gateAndUp: .coded(coded.gateAndUp), down: .coded(coded.down))
      return (layer, coded)
    }
  }

  fileprivate func vocabulary(
    _ arithmetic: Arithmetic, arena: QuantizedMatrix.Arena?
  ) throws -> VocabularyWeights {
    let (rows, columns) = (configuration.vocabularySize, configuration.hiddenSize)
    let embedding = try matrix("token_embd.weight", rows: rows, columns: columns)
    if arithmetic == .int8, let arena {
      let coded = try codedOutput(packed: nil, arena: arena)
      return (embedding, .coded(coded), coded)
    }
    let isTied = file.tensors["output.weight"] == nil
    let output = isTied ? embedding : try matrix("output.weight", rows: rows, columns: columns)
    let packed = try PackedMatrix(transposed: output.pointer, columns: rows, depth: columns, kernels: kernels)
    return (embedding, .packed(packed), try arena.map { try codedOutput(packed: packed, arena: $0) })
  }

  private func floatLayer(_ index: Int) throws -> LlamaLayer {
    let shape = configuration
    func name(_ part: String) -> String { "blk.\(index).\(part).weight" }
    let queries = try matrix(name("attn_q"), rows: shape.querySize, columns: shape.hiddenSize)
    let keys = try matrix(name("attn_k"), rows: shape.keyValueSize, columns: shape.hiddenSize)
    let values = try matrix(name("attn_v"), rows: shape.keyValueSize, columns: shape.hiddenSize)
    let gate = try matrix(name("ffn_gate"), rows: shape.feedForwardSize, columns: shape.hiddenSize)
    let up = try matrix(name("ffn_up"), rows: shape.feedForwardSize, columns: shape.hiddenSize)
    return try LlamaLayer(
      attentionNormalization: vector(name("attn_norm"), count: shape.hiddenSize),
      projection: .packed(
        stacked([
          Rows(queries, count: shape.querySize, order: halfSplitRow),
          Rows(keys, count: shape.keyValueSize, order: halfSplitRow),
          Rows(values, count: shape.keyValueSize),
        ])),
      attentionOutput: .packed(packed(name("attn_output"), rows: shape.hiddenSize, columns: shape.querySize)),
      feedForwardNormalization: vector(name("ffn_norm"), count: shape.hiddenSize),
      gateAndUp: .packed(stacked([Rows(gate, count: shape.feedForwardSize), Rows(up, count: shape.feedForwardSize)])),
      down: .packed(packed(name("ffn_down"), rows: shape.hiddenSize, columns: shape.feedForwardSize)))
  }

  func matrix(_ name: String, rows: Int, columns: Int) throws -> FloatBuffer {
    let tensor = try file.tensor(name, shape: [rows, columns])
    let buffer = FloatBuffer(uninitializedCount: try ElementCount.product(rows, columns))
    try file.readRows(tensor, rows: 0..<rows, into: buffer.pointer)
    return buffer
  }

  func vector(_ name: String, count: Int) throws -> FloatBuffer {
    let values = try file.readVector(file.tensor(name, shape: [count]))
    let buffer = FloatBuffer(uninitializedCount: count)
    buffer.pointer.initialize(from: values, count: count)
    return buffer
  }

  /// Divisors of the rotary frequencies, in models whose context was lengthened after training.
  func frequencyFactors() throws -> [Float]? {
    let name = "rope_freqs.weight"
    guard file.tensors[name] != nil else { return nil }
    let factors = try file.readVector(file.tensor(name, shape: [configuration.headDimension / 2]))
    // A frequency that is divided by zero has no cosine.
    if let bad = factors.firstIndex(where: { !($0 > 0) }) {
      throw FormatError(
        .outOfRange(found: "\(factors[bad])", allowed: "positive numbers"),
        field: "tensor \(name), row 0, column \(bad)",
        file: file.path)
    }
    return factors
  }

  private func packed(_ name: String, rows: Int, columns: Int) throws -> PackedMatrix {
    let weight = try matrix(name, rows: rows, columns: columns)
    return try PackedMatrix(transposed: weight.pointer, columns: rows, depth: columns, kernels: kernels)
  }

  /// Rows of one weight that become consecutive rows of a stacked one.
  private struct Rows {
    let weight: FloatBuffer
    let count: Int
    /// The weight's row that stands at a place.
    let order: (Int) -> Int

    init(_ weight: FloatBuffer, count: Int, order: @escaping (Int) -> Int = { $0 }) {
      self.weight = weight
      self.count = count
      self.order = order
    }
  }

  /// One matrix from several that read the same input.
  private func stacked(_ parts: [Rows]) throws -> PackedMatrix {
    let depth = configuration.hiddenSize
    return try PackedMatrix(columns: parts.reduce(0) { $0 + $1.count }, depth: depth, kernels: kernels) {
      index, destination in
      var row = index
      for part in parts {
        if row < part.count {
          destination.update(from: part.weight.pointer + part.order(row) * depth, count: depth)
          return
        }
        row -= part.count
      }
    }
  }

  /// GGUF stores Llama's query and key rows with the two halves of a head interleaved (2i, 2i + 1); the rotary
  /// kernels pair (i, i + D/2).
  func halfSplitRow(_ row: Int) -> Int {
    let dimension = configuration.headDimension
    let (head, element) = row.quotientAndRemainder(dividingBy: dimension)
    let (half, pair) = element.quotientAndRemainder(dividingBy: dimension / 2)
    return head * dimension + 2 * pair + half
  }
}
