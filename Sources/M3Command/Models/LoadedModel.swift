public import M3Text
public import M3Transformer

/// A model with its weights, ready to compute.
public struct LoadedModel: Sendable {
  public let source: ModelFile
  public let model: LlamaModel

  public var tokenizer: Tokenizer { source.tokenizer }

  /// - Parameters:
  ///   - kernel: `auto` or the name of kernels that this machine can run.
  ///   - decoding: whether a `DecodingPass` will run it.
  /// - Throws: ``FormatError``; ``FileError``; `TensorError` for unknown kernels.
  public init(path: String, kernel: String = "auto", decoding: Bool = false) throws {
    try self.init(ModelFile(path: path, kernel: kernel), decoding: decoding)
  }

  /// Reads the weights.
  /// - Throws: ``FormatError``; ``FileError``.
  public init(_ source: ModelFile, decoding: Bool = false) throws {
    self.source = source
    model = try LlamaModel(source.file, kernels: source.kernels, decoding: decoding)
  }
}
