import M3Bytes
import M3Parallel
public import M3Tensor
public import M3Weights

extension BertModel {
  /// Loads and packs all weights; layers are read in parallel.
  ///
  /// Names may begin with `bert.`, as they do in models with a head. The pooler, the heads `cls.*` and the stored
  /// position numbers are passed over: the hidden states do not depend on them.
  /// - Throws: ``FormatError`` where a tensor is missing, has another shape or another type than is read, or where the
  ///   file has a tensor that this encoder would leave out; ``FileError``; `TensorError`.
  public convenience init(_ file: SafetensorsFile, configuration: BertConfiguration, kernels: Kernels = .best) throws {
    let loader = BertLoader(file: file, configuration: configuration, kernels: kernels)
    try loader.refuseUnknownTensors()

    let layers = try ParallelLoop.map(configuration.layerCount) { try loader.layer($0) }
    self.init(
      configuration: configuration, kernels: kernels,
      wordEmbedding: try loader.matrix(
        "embeddings.word_embeddings.weight", rows: configuration.vocabularySize, columns: configuration.hiddenSize),
      positionEmbedding: try loader.positionEmbedding(),
      embeddingNormalization: try loader.normalization("embeddings.LayerNorm"),
      layers: layers)
  }
}

/// Reads the tensors of one file into packed layers.
private struct BertLoader: Sendable {
  let file: SafetensorsFile
  let configuration: BertConfiguration
  let kernels: Kernels
  /// What stands before the names of the encoder's tensors.
  let prefix: String

  init(file: SafetensorsFile, configuration: BertConfiguration, kernels: Kernels) {
    self.file = file
    self.configuration = configuration
    self.kernels = kernels
    prefix = file.tensors["bert.embeddings.word_embeddings.weight"] == nil ? "" : "bert."
  }

  private static let modules: Set<String> = [
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
    "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm",
  ]
  private static let embeddings: Set<String> = [
    "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
    "embeddings.token_type_embeddings.weight", "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias",
  ]
  private static let unused: Set<String> = ["pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids"]

  /// A tensor that was left out would give wrong numbers quietly.
  func refuseUnknownTensors() throws(FormatError) {
    for name in file.tensorNames where !name.hasPrefix("cls.") && !isKnown(name) {
      throw FormatError(.unsupported(found: "tensor \(name)"), field: "header", file: file.path)
    }
  }

  private func isKnown(_ name: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let name = String(name.dropFirst(prefix.count))
    if Self.embeddings.contains(name) || Self.unused.contains(name) { return true }
    let parts = name.split(separator: ".", maxSplits: 3)
    guard parts.count == 4, parts[0] == "encoder", parts[1] == "layer", let layer = Int(parts[2]),
      parts[2] == "\(layer)", (0..<configuration.layerCount).contains(layer), let dot = parts[3].lastIndex(of: ".")
    else { return false }
    return Self.modules.contains(String(parts[3][..<dot])) && [".weight", ".bias"].contains(parts[3][dot...])
  }

  func layer(_ index: Int) throws -> BertLayer {
    let (width, feedForward) = (configuration.hiddenSize, configuration.feedForwardSize)
    func name(_ module: String) -> String { "encoder.layer.\(index).\(module)" }
    return try BertLayer(
      projection: linear(
        ["query", "key", "value"].map { name("attention.self.\($0)") }, outputs: width, inputs: width),
      attentionOutput: linear([name("attention.output.dense")], outputs: width, inputs: width),
      attentionNormalization: normalization(name("attention.output.LayerNorm")),
      intermediate: linear([name("intermediate.dense")], outputs: feedForward, inputs: width),
      output: linear([name("output.dense")], outputs: width, inputs: feedForward),
      outputNormalization: normalization(name("output.LayerNorm")))
  }

  func matrix(_ name: String, rows: Int, columns: Int) throws -> FloatBuffer {
    try values(name, shape: [rows, columns])
  }

  func normalization(_ name: String) throws -> BertNormalization {
    let shape = [configuration.hiddenSize]
    return try BertNormalization(
      weight: values("\(name).weight", shape: shape), bias: values("\(name).bias", shape: shape))
  }

  /// Every token is of the first type, so its embedding is added to all positions once.
  func positionEmbedding() throws -> FloatBuffer {
    let (count, width) = (configuration.maximumPositionCount, configuration.hiddenSize)
    let positions = try matrix("embeddings.position_embeddings.weight", rows: count, columns: width)
    let types = try matrix(
      "embeddings.token_type_embeddings.weight", rows: configuration.tokenTypeCount, columns: width)
    kernels.add(rows: count, columns: width, row: types.pointer, into: positions.pointer)
    withExtendedLifetime(types) {}
    return positions
  }

  /// One layer from several that read the same input, each of (outputs, inputs).
  private func linear(_ names: [String], outputs: Int, inputs: Int) throws -> BertLinear {
    let weights = try names.map { try values("\($0).weight", shape: [outputs, inputs]) }
    let bias = FloatBuffer(uninitializedCount: names.count * outputs)
    for (index, name) in names.enumerated() {
      try read("\(name).bias", shape: [outputs], into: bias.pointer + index * outputs)
    }
    let packed = try PackedMatrix(columns: names.count * outputs, depth: inputs, kernels: kernels) {
      index, destination in
      let (part, row) = index.quotientAndRemainder(dividingBy: outputs)
      destination.update(from: weights[part].pointer + row * inputs, count: inputs)
    }
    return BertLinear(weight: packed, bias: bias)
  }

  private func values(_ name: String, shape: [Int]) throws -> FloatBuffer {
    let tensor = try file.tensor(prefix + name, shape: shape)
    let buffer = FloatBuffer(uninitializedCount: tensor.elementCount)
    try file.readRows(tensor, rows: 0..<tensor.rowCount, into: buffer.pointer)
    return buffer
  }

  private func read(_ name: String, shape: [Int], into destination: UnsafeMutablePointer<Float>) throws {
    let tensor = try file.tensor(prefix + name, shape: shape)
    try file.readRows(tensor, rows: 0..<tensor.rowCount, into: destination)
  }
}
